/** Shows or sounds a stream in an element; without one it shows nothing. */
export function play(stream: MediaStream | undefined) {
  return (node: HTMLMediaElement) => {
    node.srcObject = stream ?? null;
    if (stream) void node.play().catch(() => undefined); // the page has been pressed: browsers let it sound
    return () => (node.srcObject = null);
  };
}

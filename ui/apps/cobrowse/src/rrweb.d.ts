/** The little of the recorder that is used. Its own types name a package that is not there. */
declare module '@rrweb/record' {
  interface Options {
    emit: (event: unknown) => void;
    blockSelector: string;
    maskAllInputs: true;
    maskInputFn: (text: string, element: HTMLElement) => string;
    slimDOMOptions: 'all';
    sampling: { mousemove: number; mousemoveCallback: number; scroll: number };
    errorHandler: () => true;
  }
  interface Record {
    (options: Options): (() => void) | undefined;
    takeFullSnapshot(checkout: boolean): void;
    mirror: { getNode(id: number): Node | null; getId(node: Node): number };
  }
  export const record: Record;
}

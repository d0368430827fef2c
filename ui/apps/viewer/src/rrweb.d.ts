/** The little of the replayer that is used. Its own types name a package that is not there. */
declare module '@rrweb/replay' {
  interface Options {
    root: Element;
    liveMode: true;
    useVirtualDom: false;
    mouseTail: false;
    showWarning: false;
    triggerFocus: false;
    pauseAnimation: false;
    insertStyleRules: string[];
  }
  export class Replayer {
    constructor(events: unknown[], options: Options);
    readonly wrapper: HTMLElement;
    readonly iframe: HTMLIFrameElement;
    startLive(baseline?: number): void;
    addEvent(event: unknown): void;
    getMirror(): { getId(node: Node): number; getNode(id: number): Node | null };
    destroy(): void;
  }
}

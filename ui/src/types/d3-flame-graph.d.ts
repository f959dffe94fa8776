/** Written from the source of 5.0.0, which ships no types. Only what svg-renderer.ts uses. */
declare module 'd3-flame-graph' {
  export interface FlameDatum {
    readonly value: number;
    readonly children: FlameDatum[];
    hide: boolean; // written by the library, and by us instead of its own zoom
    fade: boolean;
  }
  export interface FlameNode<T> {
    readonly data: T;
    readonly x0: number;
    readonly x1: number;
    readonly depth: number;
  }
  export interface FlameChart<T> {
    (selection: unknown): void;
    width(px: number): this;
    height(px: number): this;
    cellHeight(px: number): this;
    minFrameSize(px: number): this;
    inverted(on: boolean): this;
    sort(on: boolean): this;
    selfValue(on: boolean): this;
    transitionDuration(ms: number): this;
    getName(name: (node: FlameNode<T>) => string): this;
    getValue(value: (datum: T) => number): this;
    getChildren(children: (datum: T) => T[]): this;
    setColorMapper(colour: (node: FlameNode<T>, original: string) => string): this;
    setLabelHandler(label: (node: FlameNode<T>) => string): this;
    update(data?: T): this;
    destroy(): this;
  }
  export default function flamegraph<T extends FlameDatum>(): FlameChart<T>;
}

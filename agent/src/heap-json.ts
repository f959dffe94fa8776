import type { HeapSlice, RawFrame } from './v8-profiler.ts';

interface Node {
  readonly name: string;
  readonly scriptName: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
  readonly children: readonly Node[];
  readonly allocations: readonly { readonly sizeBytes: number; readonly count: number }[];
}

/** The native writer does not escape: a quote or backslash in a name would end the string. */
const NAMES = /"name":"(.*?)","scriptName":"(.*?)","scriptId":/gs;

/**
 * The heap profile that @datadog/pprof writes when memory runs out.
 *
 * Errors  throws on what is no such JSON.
 */
export function parseHeapJson(text: string): HeapSlice {
  const escaped = text.replace(
    NAMES,
    (_, name: string, script: string) =>
      `"name":${JSON.stringify(name)},"scriptName":${JSON.stringify(script)},"scriptId":`,
  );
  return sliceOf(JSON.parse(escaped) as Node);
}

function sliceOf(root: Node): HeapSlice {
  const frames: RawFrame[] = [];
  const stacks: number[][] = [];
  const objects: number[] = [];
  const bytes: number[] = [];
  const open = root.children.map((node) => ({ node, callers: [] as number[] }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, callers } = next;
    const stack = [frames.push(frameOf(node)) - 1, ...callers];
    for (const { sizeBytes, count } of node.allocations) {
      stacks.push(stack);
      objects.push(count);
      bytes.push(sizeBytes * count);
    }
    open.push(...node.children.map((child) => ({ node: child, callers: stack })));
  }
  return { frames, stacks, objects, bytes };
}

/** As the library names what it hands out in the process. */
function frameOf({ name, scriptName, lineNumber, columnNumber }: Node): RawFrame {
  const anonymous =
    lineNumber > 0 ? `(anonymous:L#${lineNumber}:C#${columnNumber})` : '(anonymous)';
  return {
    name: name === '' ? anonymous : name,
    file: scriptName.replace(/^file:\/\//, ''),
    line: lineNumber,
    column: columnNumber,
  };
}

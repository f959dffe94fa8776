/** One instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly argument: string;
}

/** Read a Dockerfile as far as the project's own need it: comments, continuation lines, instructions. */
export function parseDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [keyword = '', ...rest] = line.trim().split(/\s+/);
      return { keyword, argument: rest.join(' ') };
    });
}

/** What the instructions with a keyword say. */
export function argumentsOf(instructions: readonly Instruction[], keyword: string): string[] {
  return instructions.filter((one) => one.keyword === keyword).map((one) => one.argument);
}

/** The sources of a COPY that come out of the repository; none when it copies from another stage. */
export function copySources(argument: string): string[] {
  if (argument.startsWith('--from=')) return [];
  return argument.split(' ').slice(0, -1);
}

/** `RUN a && b` is two commands. */
export function runCommands(argument: string): string[] {
  return argument.split('&&').map((command) => command.trim());
}

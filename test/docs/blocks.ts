export type Block = {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** What else stands in the info string. */
  readonly words: readonly string[];
  readonly text: string;
};

const fence = /^(?<indent>\s*)(?<ticks>`{3,})(?<language>[^\s`]*)\s*(?<words>[^`]*)$/;

/** The fenced code blocks of a Markdown text. Throws for one that is never closed. */
export const blocksOf = (file: string, markdown: string): Block[] => {
  const blocks: Block[] = [];
  let open:
    | { line: number; ticks: string; indent: string; language: string; words: string[]; lines: string[] }
    | undefined;
  for (const [at, line] of markdown.split('\n').entries()) {
    const groups = fence.exec(line)?.groups;
    if (open) {
      if (groups?.['ticks'] === open.ticks && !groups['language']) {
        blocks.push({
          file,
          line: open.line,
          language: open.language,
          words: open.words,
          text: `${open.lines.join('\n')}\n`,
        });
        open = undefined;
      } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (groups) {
      const { indent = '', ticks = '', language = '', words = '' } = groups;
      open = { line: at + 1, ticks, indent, language, words: words.split(/\s+/).filter(Boolean), lines: [] };
    }
  }
  if (open) throw new Error(`${file}:${open.line} is not closed`);
  return blocks;
};

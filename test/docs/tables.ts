/** The cells of the rows of a Markdown table whose first heading is `heading`; `[]` when there is none. */
export const tableOf = (markdown: string, heading: string): string[][] => {
  const lines = markdown.split('\n');
  const at = lines.findIndex((line) => cellsOf(line)?.[0] === heading);
  if (at < 0) return [];
  const rows: string[][] = [];
  for (const line of lines.slice(at + 2)) {
    const cells = cellsOf(line);
    if (!cells) break;
    rows.push(cells);
  }
  return rows;
};

/** A `\|` inside a cell is no border. */
const cellsOf = (line: string): string[] | undefined => {
  if (!/^\|.*\|\s*$/.test(line)) return undefined;
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
};

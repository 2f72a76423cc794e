/** Progress goes to stderr: stdout belongs to the result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

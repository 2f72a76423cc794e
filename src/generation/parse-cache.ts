import type { Template } from 'liquidjs';

/**
 * Parsed templates by their text, the longest unused leaving first. Bounded by characters, not by entries: what a
 * parsed template costs grows with its text.
 */
export class ParseCache {
  private readonly parsed = new Map<string, Template[]>();
  private heldCharacters = 0;

  constructor(private readonly maxCharacters: number) {}

  /** What `parse` throws is thrown on and not kept. */
  get(text: string, parse: (text: string) => Template[]): Template[] {
    const templates = this.parsed.get(text) ?? parse(text);
    if (!this.parsed.delete(text)) this.heldCharacters += text.length;
    this.parsed.set(text, templates);
    this.evict(text);
    return templates;
  }

  get size(): number {
    return this.parsed.size;
  }

  private evict(newest: string): void {
    for (const text of this.parsed.keys()) {
      if (this.heldCharacters <= this.maxCharacters || text === newest) return;
      this.parsed.delete(text);
      this.heldCharacters -= text.length;
    }
  }
}

import { Liquid } from 'liquidjs';
import { ParseCache } from '../../src/generation/parse-cache';

function countingParse(): { parse: (text: string) => ReturnType<Liquid['parse']>; parsed: string[] } {
  const engine = new Liquid();
  const parsed: string[] = [];
  return { parsed, parse: (text) => (parsed.push(text), engine.parse(text)) };
}

describe('ParseCache', () => {
  it('parses a text once', () => {
    const cache = new ParseCache(100);
    const { parse, parsed } = countingParse();
    expect(cache.get('a', parse)).toBe(cache.get('a', parse));
    expect(parsed).toEqual(['a']);
  });

  it('lets the longest unused go when the characters are used up', () => {
    const cache = new ParseCache(3);
    const { parse, parsed } = countingParse();
    for (const text of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) cache.get(text, parse);
    expect(parsed).toEqual(['a', 'b', 'c', 'd', 'b']);
    expect(cache.size).toBe(3);
  });

  it('never holds more than its characters, but always the newest', () => {
    const cache = new ParseCache(10);
    const { parse, parsed } = countingParse();
    for (let n = 0; n < 1_000; n += 1) cache.get(`text ${n}`, parse);
    expect(cache.size).toBe(1);
    cache.get('longer than all of it', parse);
    cache.get('longer than all of it', parse);
    expect(cache.size).toBe(1);
    expect(parsed).toHaveLength(1_001);
  });

  it('keeps no failure', () => {
    const cache = new ParseCache(10);
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => cache.get('a', fail)).toThrow('no');
    expect(cache.size).toBe(0);
    const { parse } = countingParse();
    expect(cache.get('a', parse)).toHaveLength(1);
  });
});

import { z } from 'zod';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

const problemSchema = z.object({ detail: z.string() });
const pageSchema = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Calls of a JSON API whose answers are checked by a schema. They throw one line when the answer is no 2xx. */
export function createHttpCalls(baseUrl: string, apiKey: string) {
  /** A body of text goes out as CSV. */
  async function call<S extends z.ZodType>(
    schema: S,
    method: Method,
    path: string,
    body?: object | string,
  ): Promise<z.output<S>> {
    const isText = typeof body === 'string';
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': isText ? 'text/csv' : 'application/json',
      },
      body: body === undefined ? null : isText ? body : JSON.stringify(body),
    });
    const json: unknown = await answer.json();
    if (answer.ok) return schema.parse(json);
    const detail = problemSchema.safeParse(json).data?.detail ?? JSON.stringify(json);
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${detail}`);
  }

  /** Every page of a list. */
  async function list<S extends z.ZodType>(item: S, path: string): Promise<z.output<S>[]> {
    const items: z.output<S>[] = [];
    const page = pageSchema(item);
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: '200', ...(cursor !== null && { cursor }) });
      const answer: z.output<typeof page> = await call(page, 'GET', `${path}?${query.toString()}`);
      items.push(...answer.items);
      cursor = answer.nextCursor;
    } while (cursor !== null);
    return items;
  }

  return { call, list };
}

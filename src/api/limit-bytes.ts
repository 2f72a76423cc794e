import { pipeline, Transform, type Readable } from 'node:stream';

/** `source` until `maxBytes` of it have passed; then the stream ends with the error. */
export function limitBytes(source: Readable, maxBytes: number, error: () => Error): Readable {
  let passed = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > maxBytes) done(error());
      else done(null, chunk);
    },
  });
  // The reader of the counter is told of every failure; nobody is left to tell here.
  return pipeline(source, counter, () => undefined);
}

import type { ChildProcess } from 'node:child_process';

/** The child's next message over IPC. Throws when it dies instead. */
export function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = () => {
      child.off('message', onMessage);
      reject(new Error(`the ${name} died`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

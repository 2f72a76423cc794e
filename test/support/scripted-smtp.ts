import type { Socket } from 'node:net';
import { listenTcp, type TcpListener } from './tcp-listener';

/** `end` closes the connection, `reset` breaks it, `hang` says nothing; anything else is the reply. */
export type SmtpReply = string;

/** What the server says at each point of a session. `message` is the reply to the final dot. */
export interface SmtpScript {
  greeting: SmtpReply;
  ehlo: SmtpReply;
  auth: SmtpReply;
  mail: SmtpReply;
  rcpt: SmtpReply;
  data: SmtpReply;
  /** Characters of the message after which the server reads no more and does what `message` says. */
  readAtMost: number;
  message: SmtpReply;
}

export interface ScriptedSmtp extends TcpListener {
  script: SmtpScript;
  /** Messages that came with their final dot. */
  messages: string[];
  /** Commands in order, of all sessions. */
  commands: string[];
}

type Session = Pick<ScriptedSmtp, 'script' | 'messages' | 'commands'>;

const polite: SmtpScript = {
  greeting: '220 test ESMTP',
  ehlo: '250-test\r\n250 8BITMIME',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go on',
  readAtMost: Infinity,
  message: '250 2.0.0 queued as 42',
};

const END_OF_MESSAGE = '\r\n.\r\n';

/** An SMTP server for the moments that a real one does not offer: it ends or lies wherever the test wants. */
export async function startScriptedSmtp(script: Partial<SmtpScript> = {}): Promise<ScriptedSmtp> {
  const state: Session = { script: { ...polite, ...script }, messages: [], commands: [] };
  const listener = await listenTcp((socket) => serve(socket, state));
  return Object.assign(listener, state);
}

function serve(socket: Socket, state: Session): void {
  let buffered = '';
  let inMessage = false;
  say(socket, state.script.greeting);
  socket.on('data', (chunk) => {
    buffered += chunk.toString('utf8');
    for (;;) {
      if (inMessage && buffered.length >= state.script.readAtMost) {
        socket.pause();
        return say(socket, state.script.message);
      }
      const end = inMessage ? END_OF_MESSAGE : '\r\n';
      const at = buffered.indexOf(end);
      if (at < 0) return;
      const part = buffered.slice(0, at);
      buffered = buffered.slice(at + end.length);
      (inMessage ? state.messages : state.commands).push(part);
      const reply = inMessage ? state.script.message : replyTo(part, state.script);
      inMessage = !inMessage && reply.startsWith('354');
      say(socket, reply);
    }
  });
}

function replyTo(command: string, script: SmtpScript): SmtpReply {
  switch (command.slice(0, 4).toUpperCase()) {
    case 'EHLO':
      return script.ehlo;
    case 'STAR':
      return '454 4.7.0 no TLS today';
    case 'AUTH':
      return script.auth;
    case 'MAIL':
      return script.mail;
    case 'RCPT':
      return script.rcpt;
    case 'DATA':
      return script.data;
    default:
      return '250 ok';
  }
}

function say(socket: Socket, reply: SmtpReply): void {
  if (reply === 'end') socket.end();
  else if (reply === 'reset') socket.resetAndDestroy();
  else if (reply !== 'hang') socket.write(`${reply}\r\n`);
}

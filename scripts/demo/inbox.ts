/** One message as a contact's phone or mailbox got it. Everything here was read from the message itself. */
export interface Arrival {
  channel: 'webhook' | 'email';
  /** webhook-id, or Message-ID without its brackets. */
  id: string;
  /** Epoch milliseconds of the receiver's own clock. */
  arrivedAtMs: number;
  /** Phone number, e-mail address, or external id. */
  to: string;
  /** External id of the conversation; an e-mail names none. */
  conversation: string | null;
  /** An e-mail names none: its subject stands for it. */
  step: number | null;
  subject: string;
  text: string;
  /** Webhooks: the signature was ours. E-mail: there was a one-click unsubscribe. */
  isGenuine: boolean;
}

/** The receivers' own record, in order of arrival. */
export interface Inbox {
  add(arrival: Arrival): void;
  all(): readonly Arrival[];
  /** Tells of every arrival from now on. */
  listen(onArrival: (arrival: Arrival) => void): void;
}

export function createInbox(): Inbox {
  const arrivals: Arrival[] = [];
  let tell: (arrival: Arrival) => void = () => undefined;
  return {
    add(arrival) {
      arrivals.push(arrival);
      tell(arrival);
    },
    all: () => arrivals,
    listen: (onArrival) => void (tell = onArrival),
  };
}

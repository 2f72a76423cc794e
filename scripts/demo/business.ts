/** The business of the demo: cycling holidays around Lake Constance. Its conversations are in examples/. */

export const BUSINESS = { name: 'Seeblick Radreisen', timeZone: 'Europe/Berlin', locale: 'en' };
export const SENDER = 'Seeblick Radreisen <hallo@seeblick.example.com>';

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface SendWindow {
  days: string[];
  from: string;
  to: string;
}

/** Nobody hears from us before eight or after eight, wherever they live. */
export const DAYTIME: SendWindow = { days: EVERY_DAY, from: '08:00', to: '20:00' };
/** Night porters answer at night. */
const NIGHT: SendWindow = { days: EVERY_DAY, from: '22:00', to: '06:00' };

export const NIGHT_SEQUENCE = 'night-desk';
export const NIGHT_LADDER = {
  steps: [
    { delay: '30m', template: 'followup-10m' },
    { delay: '4h', template: 'followup-6h' },
  ],
  ghostAfter: '24h',
  sendWindow: NIGHT,
};

export function windowOf(sequence: string): SendWindow {
  return sequence === NIGHT_SEQUENCE ? NIGHT : DAYTIME;
}

/** She asked us last year not to write any more; the file has a row for her all the same. */
export const OPTED_OUT = {
  externalId: 'tour-019',
  contact: { name: 'Margot Lefèvre', phone: '+33199002119', timeZone: 'Europe/Paris', locale: 'fr' },
  channel: 'webhook',
  lastMessage: { direction: 'inbound', text: "Merci de ne plus m'écrire." },
};

/** Rows of examples/conversations.csv that must be refused: a zone and an address that do not exist. */
export const INVALID_ROWS = ['tour-113', 'tour-118'];

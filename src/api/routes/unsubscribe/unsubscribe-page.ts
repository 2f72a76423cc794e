import { SHIPPED_LOCALES, type ShippedLocale } from '../../../domain/locales';

interface Words {
  ask: (organization: string) => string;
  button: string;
  done: (organization: string) => string;
}

const WORDS: Record<ShippedLocale, Words> = {
  en: {
    ask: (name) => `Do you want no more e-mails from ${name}?`,
    button: 'Unsubscribe',
    done: (name) => `Done. ${name} will send you no more e-mails.`,
  },
  de: {
    ask: (name) => `Möchten Sie keine E-Mails mehr von ${name}?`,
    button: 'Abmelden',
    done: (name) => `Erledigt. ${name} schickt Ihnen keine E-Mails mehr.`,
  },
  fr: {
    ask: (name) => `Ne plus recevoir d’e-mails de ${name} ?`,
    button: 'Se désabonner',
    done: (name) => `C’est fait. ${name} ne vous enverra plus d’e-mails.`,
  },
  es: {
    ask: (name) => `¿No quiere recibir más correos de ${name}?`,
    button: 'Darse de baja',
    done: (name) => `Hecho. ${name} no le enviará más correos.`,
  },
  it: {
    ask: (name) => `Non vuole più ricevere e-mail da ${name}?`,
    button: 'Annulla iscrizione',
    done: (name) => `Fatto. ${name} non le invierà più e-mail.`,
  },
  pt: {
    ask: (name) => `Não quer receber mais e-mails de ${name}?`,
    button: 'Cancelar inscrição',
    done: (name) => `Pronto. ${name} não lhe enviará mais e-mails.`,
  },
};

/** A page without script or anything from elsewhere. `ask` has the button that posts to the page's own address. */
export function unsubscribePage(kind: 'ask' | 'done', locale: string, organization: string): string {
  const language = SHIPPED_LOCALES.find((shipped) => shipped === locale.split('-', 1)[0]) ?? 'en';
  const words = WORDS[language];
  const form =
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">' +
    `<button>${words.button}</button></form>`;
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">` +
    `<meta name="viewport" content="width=device-width"><title>${words.button}</title>` +
    '<style>body{font:1.1rem system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem}' +
    'button{font:inherit;padding:.6rem 1.2rem}</style></head>' +
    `<body><p>${words[kind](escapeHtml(organization))}</p>${kind === 'ask' ? form : ''}</body></html>\n`
  );
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

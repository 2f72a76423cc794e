import type { ShippedLocale } from './locales';
import type { Ladder } from './sequence';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What sequence `default` of a new organization says until its owner publishes another. */
export const DEFAULT_LADDER: Ladder = {
  steps: [
    { delayMs: 10 * MINUTE_MS, template: 'followup-10m', stage: 'followup_10m' },
    { delayMs: 3 * HOUR_MS, template: 'followup-3h', stage: 'followup_3h' },
    { delayMs: 6 * HOUR_MS, template: 'followup-6h', stage: 'followup_6h' },
  ],
  ghostAfterMs: 24 * HOUR_MS,
};

export type DefaultTemplateName = 'followup-10m' | 'followup-3h' | 'followup-6h';

/** Liquid sources. `body` is plain text. */
export interface TemplateSource {
  subject: string;
  body: string;
}

/** Never with a "sir or madam": without a name the greeting simply has none. */
const NAME = '{% if contact.firstName %} {{ contact.firstName }}{% endif %}';
const COMMA_NAME = '{% if contact.firstName %}, {{ contact.firstName }}{% endif %}';
const SIGNATURE = '{{ organization.name }}';

/** The product comes without an article: every sentence is built to bear it as well as the words used instead. */
const product = (otherwise: string): string => `{{ variables.product | default: "${otherwise}" }}`;

/** The lines of the one paragraph are joined by spaces: an e-mail or a chat window wraps them itself. */
function letter(greeting: string, paragraph: string[], closing?: string): string {
  const signature = closing === undefined ? SIGNATURE : `${closing}\n${SIGNATURE}`;
  return [greeting, paragraph.join(' '), signature].join('\n\n');
}

/**
 * The three default templates in every locale we ship. The first asks whether our word arrived, the second offers
 * help, the third lets go and leaves the door open. How to opt out is the channel's to add.
 */
export const DEFAULT_TEXTS: Record<ShippedLocale, Record<DefaultTemplateName, TemplateSource>> = {
  en: {
    'followup-10m': {
      subject: `A quick note about ${product('your request')}`,
      body: letter(`Hi${NAME},`, [
        'We just wanted to make sure our last message reached you. If you have any questions about',
        `${product('your request')}, simply reply here and we'll gladly help.`,
      ]),
    },
    'followup-3h': {
      subject: 'Still here if you have questions',
      body: letter(`Hi${NAME},`, [
        `You probably have a full day, so we'll be brief: if anything about ${product('your request')}`,
        'is still unclear, or another time suits you better, just let us know. A short reply is',
        'enough.',
      ]),
    },
    'followup-6h': {
      subject: 'No hurry at all',
      body: letter(
        `Hi${NAME},`,
        [
          `We don't want to press you about ${product('your request')}, so we'll leave it here for now.`,
          "Whenever the time is right, reply to this message and we'll pick up where we left off.",
        ],
        'All the best,',
      ),
    },
  },
  de: {
    'followup-10m': {
      subject: `Kurz nachgefragt: ${product('Ihre Anfrage')}`,
      body: letter(`Hallo${NAME},`, [
        'wir wollten nur sichergehen, dass unsere letzte Nachricht bei Ihnen angekommen ist. Wenn Sie',
        `Fragen rund um ${product('Ihre Anfrage')} haben, antworten Sie einfach hier. Wir helfen gern.`,
      ]),
    },
    'followup-3h': {
      subject: 'Wir sind da, wenn Sie Fragen haben',
      body: letter(`Hallo${NAME},`, [
        `Sie haben heute sicher viel zu tun, deshalb nur kurz: Wenn rund um ${product('Ihre Anfrage')}`,
        'noch etwas unklar ist oder es Ihnen zu einer anderen Zeit besser passt, sagen Sie uns',
        'einfach Bescheid. Eine kurze Antwort genügt.',
      ]),
    },
    'followup-6h': {
      subject: 'Ganz ohne Eile',
      body: letter(
        `Hallo${NAME},`,
        [
          'wir möchten Sie nicht drängen und lassen es für den Moment gut sein. Wenn Sie später auf',
          `${product('Ihre Anfrage')} zurückkommen möchten, antworten Sie auf diese Nachricht, und wir`,
          'machen dort weiter, wo wir stehen geblieben sind.',
        ],
        'Herzliche Grüße',
      ),
    },
  },
  fr: {
    'followup-10m': {
      subject: `Un petit mot concernant ${product('votre demande')}`,
      body: letter(`Bonjour${NAME},`, [
        'Nous voulions simplement nous assurer que notre dernier message vous est bien parvenu. Si',
        `vous avez des questions concernant ${product('votre demande')}, répondez ici : nous vous`,
        'aiderons avec plaisir.',
      ]),
    },
    'followup-3h': {
      subject: 'Toujours là si vous avez des questions',
      body: letter(`Bonjour${NAME},`, [
        "Votre journée est sans doute bien remplie, alors soyons brefs : s'il reste un point à",
        `éclaircir concernant ${product('votre demande')}, ou si un autre moment vous convient mieux,`,
        'dites-le-nous. Une courte réponse suffit.',
      ]),
    },
    'followup-6h': {
      subject: 'Prenez votre temps',
      body: letter(
        `Bonjour${NAME},`,
        [
          `Nous ne voulons pas insister concernant ${product('votre demande')} et en restons là pour le`,
          'moment. Quand vous le souhaiterez, répondez à ce message et nous reprendrons là où nous en',
          'étions.',
        ],
        'Bien à vous,',
      ),
    },
  },
  es: {
    'followup-10m': {
      subject: `Una nota rápida sobre ${product('su consulta')}`,
      body: letter(`Hola${COMMA_NAME}:`, [
        'Solo queríamos asegurarnos de que le llegó nuestro último mensaje. Si tiene alguna pregunta',
        `sobre ${product('su consulta')}, responda por aquí y le ayudaremos con mucho gusto.`,
      ]),
    },
    'followup-3h': {
      subject: 'Aquí estamos si tiene alguna pregunta',
      body: letter(`Hola${COMMA_NAME}:`, [
        'Seguro que hoy tiene mucho que hacer, así que seremos breves: si queda algo por aclarar',
        `sobre ${product('su consulta')}, o si le viene mejor otro momento, díganoslo. Basta con una`,
        'respuesta corta.',
      ]),
    },
    'followup-6h': {
      subject: 'Sin ninguna prisa',
      body: letter(
        `Hola${COMMA_NAME}:`,
        [
          'No queremos insistir, así que por ahora lo dejamos aquí. Cuando quiera volver a hablar sobre',
          `${product('su consulta')}, responda a este mensaje y seguiremos donde lo dejamos.`,
        ],
        'Un cordial saludo,',
      ),
    },
  },
  it: {
    'followup-10m': {
      subject: `Una breve nota: ${product('la sua richiesta')}`,
      body: letter(`Salve${NAME},`, [
        'volevamo solo assicurarci che il nostro ultimo messaggio le sia arrivato. Se ha qualche',
        `domanda su ${product('quanto ci ha chiesto')}, risponda pure qui: la aiuteremo volentieri.`,
      ]),
    },
    'followup-3h': {
      subject: 'Siamo qui per qualsiasi domanda',
      body: letter(`Salve${NAME},`, [
        "immaginiamo che oggi abbia molto da fare, quindi saremo brevi: se c'è ancora qualcosa da",
        `chiarire su ${product('quanto ci ha chiesto')}, o se preferisce un altro momento, ce lo`,
        'faccia sapere. Basta una breve risposta.',
      ]),
    },
    'followup-6h': {
      subject: 'Senza alcuna fretta',
      body: letter(
        `Salve${NAME},`,
        [
          'non vogliamo insistere, perciò per ora ci fermiamo qui. Quando vorrà riparlare di',
          `${product('quanto ci ha chiesto')}, risponda a questo messaggio e riprenderemo da dove`,
          'eravamo rimasti.',
        ],
        'Un cordiale saluto,',
      ),
    },
  },
  pt: {
    'followup-10m': {
      subject: `Uma nota rápida sobre ${product('o seu pedido')}`,
      body: letter(`Olá${COMMA_NAME}!`, [
        'Queríamos apenas confirmar que a nossa última mensagem chegou. Se tiver alguma pergunta',
        `sobre ${product('o seu pedido')}, basta responder por aqui. Teremos todo o prazer em ajudar.`,
      ]),
    },
    'followup-3h': {
      subject: 'Continuamos por aqui, se tiver perguntas',
      body: letter(`Olá${COMMA_NAME}!`, [
        'O seu dia deve estar cheio, por isso seremos breves: se ainda houver algo a esclarecer sobre',
        `${product('o seu pedido')}, ou se outro momento for melhor, é só dizer. Uma resposta curta já`,
        'basta.',
      ]),
    },
    'followup-6h': {
      subject: 'Sem pressa nenhuma',
      body: letter(
        `Olá${COMMA_NAME}!`,
        [
          'Não queremos insistir, por isso ficamos por aqui por enquanto. Quando quiser voltar a falar',
          `sobre ${product('o seu pedido')}, responda a esta mensagem e retomamos a conversa.`,
        ],
        'Até breve,',
      ),
    },
  },
};

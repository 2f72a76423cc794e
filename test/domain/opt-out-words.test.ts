import fc from 'fast-check';
import { isOptOut } from '../../src/domain/opt-out-words';

const WORDS = {
  en: [
    'STOP',
    'STOPALL',
    'UNSUBSCRIBE',
    'CANCEL',
    'END',
    'QUIT',
    'REVOKE',
    'OPTOUT',
    'OPT-OUT',
    'opt out',
    'REMOVE',
  ],
  de: [
    'Stopp',
    'Abmelden',
    'Abbestellen',
    'Ende',
    'Aufhören',
    'Aufhoeren',
    'Löschen',
    'Widerruf',
    'bitte stopp',
  ],
  fr: ['ARRET', 'Arrêt', 'Arrêtez', 'Désabonner', 'Se désabonner', 'Annuler', 'Fin', "Stop s'il vous plaît"],
  es: [
    'Parar',
    'Baja',
    'Darme de baja',
    'Cancelar',
    'Alto',
    'Detener',
    'Salir',
    'Elimíneme',
    'stop por favor',
  ],
  it: ['Disiscrivimi', 'Annulla', 'Cancellami', 'Disdici', 'Rimuovimi', 'Smettila', 'Basta', 'Stop grazie'],
  pt: ['Sair', 'Parar', 'Cancelar', 'Descadastrar', 'Remover', 'Pare', 'Fim', 'Não me envie mais mensagens'],
};
const CASES = Object.entries(WORDS).flatMap(([locale, words]) =>
  words.map((word) => [locale, word] as const),
);

describe('isOptOut', () => {
  it.each(CASES)('takes an opt-out word (%s: %s)', (_locale, word) => {
    expect(isOptOut(word)).toBe(true);
  });

  it.each([
    ['lower case', 'stop'],
    ['mixed case', 'sToP'],
    ['a full stop', 'Stop.'],
    ['exclamation marks', 'STOP!!!'],
    ['quotation marks', '"Stop"'],
    ['spaces and line breaks around it', '  \n stop \r\n'],
    ['spaces within it', 'S T O P'],
    ['full stops within it', 'S.T.O.P.'],
    ['full-width letters', 'ＳＴＯＰ'],
    ['mathematical letters', '𝐒𝐓𝐎𝐏'],
    ['an emoji with its variation selector', 'STOP ✋️'],
    ['a skin tone', 'stop ✋🏽'],
    ['a zero-width space', 'stop\u200b'],
    ['a non-breaking space', 'opt\u00a0out'],
    ['an accent put on separately', 'de\u0301sabonner'],
    ['a missing accent', 'desabonner'],
    ['a curly apostrophe', 'don’t contact me'],
    ['a dotted capital I', 'QUİT'],
    ['a NUL', 'stop\u0000'],
    ['saying it three times', 'STOP STOP\nstop!'],
    ['politeness', 'Please stop.'],
  ])('does not mind %s', (_what, text) => {
    expect(isOptOut(text)).toBe(true);
  });

  it.each([
    ['', 'nothing'],
    ['!!!', 'punctuation alone'],
    ['👍', 'an emoji'],
    ['Stop by tomorrow?', 'an invitation'],
    ['please stop by', 'a polite invitation'],
    ["Don't stop", 'encouragement'],
    ['I will cancel my other appointment', 'another cancellation'],
    ['What is the end date?', 'a question'],
    ['stop 2', 'a bus stop'],
    ['nonstop', 'part of a word'],
    ['stopping', 'a longer word'],
    ['the end', 'more than the word'],
    ['fine', 'an English answer that is Italian for "end"'],
    ['para', 'a Spanish word that rarely means "stop"'],
    ['Ende des Monats', 'a German date'],
    ['fin de semana', 'a Spanish weekend'],
    ['fin du mois', 'a French date'],
    ['Bis Ende', 'half a German date'],
    ['Sair amanhã', 'a Portuguese plan'],
    ['ok', 'consent'],
    ['no', 'a plain no'],
    ['ЅТОР', 'look-alikes of another script'],
  ])('lets %j pass: %s', (text) => {
    expect(isOptOut(text)).toBe(false);
  });

  it('takes a word in any amount of white space, and no long message at all', () => {
    expect(isOptOut(`${' \n'.repeat(5_000)}stop${' '.repeat(5_000)}`)).toBe(true);
    expect(isOptOut('stop '.repeat(200_000))).toBe(false);
  });

  it('judges every word alike however it is dressed', () => {
    const padding = fc
      .array(fc.constantFrom(' ', '.', ',', '!', '?', '*', '"', "'", '\n', '\u200b', '\ufe0f', '-'), {
        maxLength: 5,
      })
      .map((marks) => marks.join(''));
    const cases = fc.constantFrom<(word: string) => string>(
      (word) => word.toUpperCase(),
      (word) => word.toLowerCase(),
      (word) => word.normalize('NFD'),
      (word) => word.normalize('NFD').replace(/\p{M}/gu, ''),
    );
    fc.assert(
      fc.property(fc.constantFrom(...CASES), cases, padding, padding, ([, word], dress, before, after) => {
        expect(isOptOut(before + dress(word) + after)).toBe(true);
      }),
    );
  });

  it('never takes a word followed by anything else', () => {
    const tail = fc.stringMatching(/^ (by|tomorrow|the|my|order|el|der|la|do) [a-z]{3,8}$/);
    fc.assert(
      fc.property(fc.constantFrom(...CASES), tail, ([, word], after) => {
        expect(isOptOut(word + after)).toBe(false);
      }),
    );
  });
});

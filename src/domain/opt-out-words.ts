import type { ShippedLocale } from './locales';

/**
 * Whole messages that mean "write to me no more". A wrong yes silences somebody who can opt in again, a wrong no breaks
 * the law: so the lists are generous in forms. Left out are words that are an ordinary answer in another of our
 * languages (Italian "fine", Spanish and Portuguese "para"), since nobody tells us the language of a message.
 * `td` and `arrêt` are what Canadian carriers honour.
 */
const OPT_OUT_WORDS: Record<ShippedLocale, string> = {
  en: `
    stop, stop all, unsubscribe, cancel, end, quit, revoke, remove, opt out, td,
    unsubscribe me, unsubscribe all, remove me, opt me out, stop it, stop now,
    please stop, stop please, please unsubscribe, unsubscribe please, please unsubscribe me,
    please remove me, remove me please, stop messaging me, stop texting me, stop emailing me,
    stop contacting me, do not contact me, don't contact me`,
  de: `
    stopp, halt, abmelden, abmeldung, abbestellen, abbestellung, abbrechen, austragen, ende, beenden,
    aufhören, schluss, kündigen, widerruf, widerrufen, widerspruch, entfernen, löschen,
    bitte stop, stop bitte, bitte stopp, stopp bitte, bitte abmelden, abmelden bitte, bitte abbestellen,
    bitte austragen, bitte aufhören, bitte löschen, bitte entfernen,
    keine nachrichten mehr, bitte keine nachrichten mehr`,
  fr: `
    arrêt, arrêter, arrête, arrêtez, désabonner, désabonnement, désabonnez-moi, me désabonner, se désabonner,
    désinscrire, désinscription, désinscrivez-moi, me désinscrire, se désinscrire,
    annuler, annulez, annulation, fin, terminer, quitter, résilier, résiliation, révoquer, révocation,
    supprimer, supprimez-moi, retirez-moi, stop svp, stop s'il vous plaît, stop merci,
    arrêt svp, arrêtez svp, arrêtez s'il vous plaît, merci de me désabonner`,
  es: `
    alto, parar, pare, paren, baja, dar de baja, darme de baja, darse de baja, dame de baja, deme de baja,
    denme de baja, cancelar, cancela, cancele, anular, detener, detenga, terminar, finalizar, salir,
    desuscribir, desuscribirme, desuscribirse, revocar, eliminar, eliminarme, elimíneme, borrar, bórrame, bórreme,
    basta, stop por favor, por favor stop, baja por favor, pare por favor, por favor pare, no más mensajes`,
  it: `
    ferma, fermati, fermare, smetti, smettila, smettetela, disiscrivi, disiscrivimi, disiscriviti, disiscrivermi,
    disiscrizione, cancella, cancellami, cancellare, cancellazione, cancellatemi, annulla, annullare,
    disdici, disdire, disdetta, termina, terminare, interrompi, esci, revoca, revocare,
    rimuovi, rimuovimi, rimuovere, rimuovetemi, disattiva,
    stop per favore, per favore stop, stop grazie, basta grazie, basta messaggi, basta per favore`,
  pt: `
    parem, sair, descadastrar, descadastre, descadastro, descadastrar-me, me descadastre,
    desinscrever, desinscrever-me, desinscreva-me, desubscrever, anule, encerrar, encerre, fim, revogar, revogue,
    remover, remova, remova-me, me remova, remover-me, excluir, me exclua,
    sair por favor, parar por favor, parem por favor, por favor parem,
    não me envie mais mensagens, chega de mensagens`,
};

const OPT_OUT_KEYS: ReadonlySet<string> = new Set(
  Object.values(OPT_OUT_WORDS)
    .flatMap((words) => words.split(','))
    .flatMap((word) => [key(word), key(spellOutUmlauts(word))]),
);

// Far beyond any word of ours with its decoration; a megabyte of text must not be normalised in vain.
const LONGEST_MESSAGE = 1_000;

/**
 * True when the whole message is an opt-out word of any language we ship, however it is typed: case, punctuation,
 * spaces, accents, full-width letters and emoji do not count, nor does saying it several times.
 */
export function isOptOut(text: string): boolean {
  const message = text.trim();
  if (message.length > LONGEST_MESSAGE) return false;
  if (OPT_OUT_KEYS.has(key(message))) return true;
  const words = new Set(message.split(/\s+/).map(key).filter(Boolean));
  const [only] = words;
  return words.size === 1 && only !== undefined && OPT_OUT_KEYS.has(only);
}

/** Letters and digits alone: "Opt-out!" and "ＯＰＴ  ＯＵＴ" have the same key. */
function key(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** How people without the keys write them: aufhoeren, loeschen. */
function spellOutUmlauts(word: string): string {
  return word.replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue');
}

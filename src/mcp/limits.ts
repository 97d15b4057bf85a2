/** Characters of one text from a miner, an inventory or another instance. */
export const MAX_TEXT = 200;
/** Elements of one list, and members of one object, in what a miner told. */
export const MAX_ELEMENTS = 200;
export const MAX_DEPTH = 8;

/** Resources in one page of the list. */
export const LIST_PAGE = 100;
/** What a client shows of suggestions; the protocol allows no more. */
export const MAX_SUGGESTIONS = 100;

/** Resources that one client can subscribe to. */
export const MAX_SUBSCRIPTIONS = 500;
/** Events of this time are told together, in ms. */
export const GATHER_MS = 100;

/** Events of one miner that its stream shows. */
export const SHOWN_EVENTS = 50;
/** Events that are looked through for them. */
export const SEARCHED_EVENTS = 1_000;

/** Characters of JSON that a concise result takes at most: some 2,000 tokens, since figures and names take three characters each. */
export const CONCISE_CHARACTERS = 5_500;
/** The same of a detailed result. */
export const DETAILED_CHARACTERS = 40_000;
/** Longer arguments name nothing that there is. */
export const MAX_ARGUMENT = 512;

import type { components, operations } from './schema.gen.ts';

/**
 * The shapes that travel, under the names this side uses. Every one comes from the server's own description (`make generate`);
 * times are RFC 3339 in UTC, and what is optional is left out when there is none.
 */
type Schemas = components['schemas'];

export type Locale = Member['locale'];
export type Role = Member['role'];
export type PresenceState = Member['presence'];
export type ConversationState = Conversation['state'];
export type LineType = Line['type'];
export type View = NonNullable<NonNullable<operations['listConversations']['parameters']['query']>['view']>;

export type Me = Schemas['Me'];
export type Member = Schemas['Member'];
export type Team = Schemas['Team'];
export type Channel = Schemas['Channel'];
export type MailboxSettings = Schemas['MailboxSettings'];
export type MailServer = NonNullable<Schemas['MailServer']>;
export type MailInbox = NonNullable<Schemas['MailInbox']>;
export type WebchatSettings = Schemas['WebchatSettings'];
export type OpeningHours = NonNullable<Schemas['Schedule']>;
export type Token = Schemas['Token'];
export type AuditEntry = Schemas['AuditEntry'];
export type Invitation = Schemas['Invitation'];
export type InviteLink = Schemas['InviteLink'];

export type Customer = Schemas['Customer'];
/** Which attributes tell contacts apart, and what they are called. */
export type ToldAttributes = Schemas['ToldAttributes'];
export type OccurringAttribute = Schemas['OccurringAttribute'];
export type SavedView = Schemas['SavedView'];
export type ViewList = Schemas['ViewList'];
export type ListenSettings = Schemas['ListenSettings'];
export type Identity = Schemas['Identity'];
export type PageVisit = Schemas['PageVisit'];
export type Conversation = Schemas['Conversation'];
export type FoundConversation = Schemas['FoundConversation'];
export type Message = Schemas['Message'];
export type Line = Schemas['Line'];
export type Attachment = Schemas['Attachment'];
export type Owed = Schemas['Owed'];
export type Step = Schemas['Step'];
export type StepState = Step['state'];
export type Classification = Omit<Schemas['Classify'], 'version'>;
/** What she can say of herself. */
export type ChosenPresence = Schemas['SetPresence']['presence'];
/** Why a conversation stands where it stands; the points sum to the total. */
export type Priority = Schemas['Priority'];
export type PriorityPoint = Schemas['Point'];
/** A promise with the terms it was given under; `Owed` is the nearest one, as a list shows it. */
export type GivenPromise = Schemas['Promise'];
export type Term = Schemas['Term'];
export type Offer = Schemas['Offer'];
export type DeclineReason = Schemas['DeclineOffer']['reason'];
export type Callback = Schemas['Callback'];
export type Counts = Schemas['Counts'];
export type ConversationPage = Schemas['ConversationPage'];
export type MessagePage = Schemas['MessagePage'];
export type SearchAnswer = Schemas['SearchAnswer'];

// Live assistance ---------------------------------------------------------------------

export type Assist = Schemas['Assist'];
export type AssistMeasures = Schemas['AssistMeasures'];
/** A check of a connection that somebody sent, and what the server found out about itself. */
export type SentCheck = Schemas['SentCheck'];
export type Finding = Schemas['Finding'];
export type RefusalReason = Schemas['RefuseAssist']['reason'];
/** What a customer may allow during a live assistance. */
export type ConsentKind = Schemas['Consent']['kind'];

// Letters -----------------------------------------------------------------------------

export type Mailbox = Schemas['Mailbox'];
/** What a message was as a letter, beside its words. */
export type Letter = Schemas['Letter'];
export type Fold = Schemas['Fold'];
export type LetterTrust = Schemas['LetterTrust'];
export type LetterInvitation = Schemas['LetterInvitation'];
/** A letter that leaves, or has left. */
export type Sending = Schemas['Sending'];
export type Participant = Schemas['Participant'];
export type Correspondence = Schemas['Correspondence'];
export type ScheduledReply = Schemas['ScheduledReply'];
export type ReplyWords = Schemas['ReplyWords'];
export type LetterHead = Schemas['LetterHead'];

// What messages say -------------------------------------------------------------------

/** What the newest words of a conversation were read as, or what a member said of them. */
export type Understood = Schemas['ConversationReading'];
export type Reading = Schemas['Reading'];
/** A reading with the words that decided. */
export type ExplainedReading = Schemas['ExplainedReading'];
/** What is read of a message. */
export type Head = keyof ExplainedReading['why'];
/** A stretch of a message in UTF-16 code units, and how much it spoke for what was read: −1 to 1. */
export type Weighed = Schemas['ReadingWeight'];
/** A conversation that would be read otherwise after a correction. */
export type SimilarReading = Schemas['SimilarReading'];
export type ReaderState = Schemas['ReaderState'];
export type Correction = Omit<Schemas['CorrectReading'], 'undo'>;
export type Urgency = NonNullable<Correction['urgency']>;
export type Reason = Schemas['Reason'];
export type Reasons = Schemas['Reasons'];
/** What the built-in reader tells apart. */
export type BuiltIn = Exclude<NonNullable<Reason['builtIn']>, ''>;

// Incidents ---------------------------------------------------------------------------

/** A burst of contacts with one cause. */
export type Incident = Schemas['Incident'];
export type IncidentState = Incident['state'];
export type IncidentTexts = Schemas['IncidentTexts'];
/** With what people decide by. */
export type IncidentDetail = Schemas['IncidentDetail'];
export type Scenario = Schemas['Scenario'];
export type ScenarioBody = Schemas['ScenarioBody'];

// The visitor's side ------------------------------------------------------------------

export type Visitor = Schemas['Visitor'];
export type VisitorAgent = Schemas['VisitorAgent'];
export type VisitorConversation = Schemas['VisitorConversation'];
export type VisitorMessage = Schemas['VisitorMessage'];
export type VisitorMessagePage = Schemas['VisitorMessagePage'];
export type VisitorWritten = Schemas['VisitorWritten'];
export type VisitorChannel = Schemas['VisitorChannel'];
export type VisitorAssist = Schemas['VisitorAssist'];
export type VisitorSession = Schemas['VisitorSession'];
export type VisitorState = Schemas['VisitorState'];

// What happens ------------------------------------------------------------------------

/** What happened, as members see it. A payload whose object is gone or may not be read is null. */
export type Event = Schemas['Event'];
/** The same facts as a visitor sees them. */
export type VisitorEvent = Schemas['VisitorEvent'];

export type TypingAuthor = Schemas['TypingAuthor'];
export type ClientFrame = Schemas['ClientFrame'];
/** Members and visitors are sent the same frames; only the events in them differ. */
export type ServerFrame<E = Event> = Exclude<Schemas['ServerFrame'], { type: 'event' }> | { type: 'event'; event: E };

// Refusals ----------------------------------------------------------------------------

export type ProblemBody = Schemas['Problem'];
export type FieldProblem = Schemas['Fault'];

/** What the list of conversations says. */
export const words = {
  fr: {
    open: 'En cours',
    fresh: 'Nouvel échange',
    empty: 'Message sans texte',
    back: 'Retour à l’échange',
    all: 'Vos échanges',
    resolved: 'Échange terminé',
  },
  en: {
    open: 'Open',
    fresh: 'New conversation',
    empty: 'Message without words',
    back: 'Back to the conversation',
    all: 'Your conversations',
    resolved: 'Conversation closed',
  },
};

/** What is said where she looks among the answers that are ready. */
export const words = {
  fr: {
    label: 'Chercher une réponse',
    hint: 'Cherchez d’abord ici\u202f: horaires, retour…',
    go: 'Chercher',
    maybe: 'Est-ce cela\u202f?',
    nothing: 'Pas encore de réponse toute prête. Écrivez-nous\u202f: une personne vous répond.',
    failed: 'La recherche n’a pas abouti. Vous pouvez nous écrire.',
    found: '{n|# réponse trouvée|# réponses trouvées}',
    yes: 'Oui, merci',
    no: 'Non, j’écris',
    write: 'Écrire',
    glad: 'Tant mieux. Nous restons là si besoin.',
  },
  en: {
    label: 'Look for an answer',
    hint: 'Look here first: opening hours, returns…',
    go: 'Search',
    maybe: 'Is this it?',
    nothing: 'No answer is ready for this yet. Write to us: a person answers you.',
    failed: 'The search did not work. You can write to us.',
    found: '{n|# answer found|# answers found}',
    yes: 'Yes, thank you',
    no: 'No, I will write',
    write: 'Write',
    glad: 'Good. We are here if you need us.',
  },
};

/** What is said of files on their way. */
export const words = {
  fr: {
    uploading: '{name}, {percent} % envoyés',
    waiting: 'attend le réseau',
    done: 'prêt à partir',
    remove: 'Retirer {name}',
    retry: 'Réessayer',
    large: '« {name} » pèse {size}. La limite est de 25 Mo : essayez une version plus légère.',
    empty: '« {name} » est vide.',
    type: 'Nous ne pouvons pas recevoir « {name} ». Photos, PDF, textes et tableaux passent.',
    many: 'Dix fichiers par message, pas plus. Le reste peut suivre dans un autre.',
    failed: '« {name} » n’est pas parti.',
  },
  en: {
    uploading: '{name}, {percent}% sent',
    waiting: 'waits for the network',
    done: 'ready to go',
    remove: 'Remove {name}',
    retry: 'Try again',
    large: '“{name}” is {size}. The limit is 25 MB: try a lighter version.',
    empty: '“{name}” is empty.',
    type: 'We cannot take “{name}”. Pictures, PDF, texts and tables are fine.',
    many: 'Ten files per message at most. The rest can follow in another one.',
    failed: '“{name}” was not sent.',
  },
};

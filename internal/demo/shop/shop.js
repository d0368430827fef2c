// The shop's own few lines: language, colour, views, basket. None of it belongs to Visavis.
const query = new URLSearchParams(location.search);
const english = query.get('lang') === 'en';
const lang = document.getElementById('lang');

if (english) {
  document.documentElement.lang = 'en';
  for (const part of document.querySelectorAll('[data-en]:not(input)')) part.textContent = part.dataset.en;
  for (const part of document.querySelectorAll('[data-en-label]')) part.setAttribute('aria-label', part.dataset.enLabel);
  for (const link of document.querySelectorAll('a[href*=".html"]')) link.href = link.getAttribute('href').replace('.html', '.html?lang=en');
  Object.assign(lang, { href: location.pathname, lang: 'fr', hreflang: 'fr' });
  lang.firstChild.data = 'FR';
  lang.lastChild.textContent = ', français';
}

const bike = document.querySelector('.bike');
const legend = document.querySelector('#colours legend');
document.getElementById('colours')?.addEventListener('change', ({ target }) => {
  bike.setAttribute('class', `bike ${target.value}`);
  legend.textContent = english ? `Colour: ${target.dataset.en}` : `Couleur\u202f: ${target.dataset.fr}`;
});

const views = document.querySelectorAll('.views button');
for (const view of views) {
  view.addEventListener('click', () => {
    bike.setAttribute('viewBox', view.dataset.view);
    for (const other of views) other.setAttribute('aria-pressed', String(other === view));
  });
}

const count = document.querySelector('#cart .count');
document.getElementById('buy')?.addEventListener('click', () => {
  count.textContent = String(Number(count.textContent) + 1);
});

for (const button of document.querySelectorAll('[data-chat]')) button.addEventListener('click', () => window.visavis?.open?.());
document.getElementById('leave')?.addEventListener('click', () => {
  window.visavis?.logout?.();
  location.href = english ? 'index.html?lang=en' : 'index.html';
});

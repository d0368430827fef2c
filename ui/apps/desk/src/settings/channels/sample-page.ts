import type { Locale } from '@visavis/client';

/** A page to begin with: something of each kind that is masked, shown or hidden. */
export const samplePage: Record<Locale, string> = {
  fr: `<h1>Mon compte</h1>
<p>Bonjour <b class="nom">Camille Le Goff</b>, votre solde est de <b class="solde">1 284,50 €</b>.</p>
<form>
  <p><label>Code postal <input name="postcode" value="35000"></label></p>
  <p><label>Téléphone <input name="phone" value="06 12 34 56 78"></label></p>
  <p><label>Carte <input name="cardnumber" value="4970 1000 2000 3000"></label></p>
</form>
<p data-visavis-hide>Code de retrait 7406</p>`,
  en: `<h1>My account</h1>
<p>Hello <b class="name">Camille Le Goff</b>, your balance is <b class="balance">€1,284.50</b>.</p>
<form>
  <p><label>Postcode <input name="postcode" value="35000"></label></p>
  <p><label>Phone <input name="phone" value="06 12 34 56 78"></label></p>
  <p><label>Card <input name="cardnumber" value="4970 1000 2000 3000"></label></p>
</form>
<p data-visavis-hide>Pick-up code 7406</p>`,
};

"use strict";
{
  const desk = document.currentScript.dataset.desk;
  const tell = () => parent.postMessage({ visavis: "letter", height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, desk);
  new ResizeObserver(tell).observe(document.documentElement);
  addEventListener("load", tell);
  addEventListener("message", (e) => { if (e.source === parent && e.origin === desk) tell(); });
}

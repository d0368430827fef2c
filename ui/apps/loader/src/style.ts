/** The loader's own sheet, inside its shadow root. The numbers follow the design tokens, which a host page does not have. */
export const css = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;right:0!important;bottom:0!important}
:host([left]){right:auto!important;left:0!important}
*{box-sizing:border-box}
button{position:fixed;right:24px;bottom:24px;width:56px;height:56px;display:none;place-items:center;margin:0;padding:0;border:0;
border-radius:12px;background:var(--bg,#022832);color:var(--ink,#fff);cursor:pointer;
box-shadow:0 1px 2px rgb(42 34 20/.1),0 4px 14px rgb(42 34 20/.22);-webkit-tap-highlight-color:transparent;transition:box-shadow .1s}
:host([ready]) button{display:grid}
button+button{right:92px;width:auto;grid-auto-flow:column;gap:8px;padding:0 18px 0 14px;font:600 16px system-ui,sans-serif}
:host([call]) button,button[hidden]{display:none!important}
button:hover{box-shadow:0 2px 4px rgb(42 34 20/.14),0 8px 22px rgb(42 34 20/.28)}
button:focus-visible{outline:2px solid var(--bg,#022832);outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{width:30px;height:30px;display:block}
svg+svg,[aria-expanded=true] svg,:host([open]) button+button{display:none}
[aria-expanded=true] svg+svg{display:block;width:24px;height:24px}
b{position:absolute;top:-6px;right:-6px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;border:2px solid #fff;
background:#b02926;color:#fff;font:600 12px/18px system-ui,sans-serif;text-align:center;font-variant-numeric:tabular-nums}
b:empty,[aria-expanded=true] b{display:none}
iframe{position:fixed;right:24px;bottom:96px;width:384px;height:716px;max-width:calc(100vw - 48px);max-height:calc(100vh - 120px);display:none;
border:0;border-radius:12px;background:#fff;color-scheme:light dark;box-shadow:0 2px 6px rgb(42 34 20/.08),0 16px 40px rgb(42 34 20/.18)}
:host([open]) iframe{display:block;animation:in .15s cubic-bezier(.2,.7,.2,1)}
:host([left]) button,:host([left]) iframe{right:auto;left:24px}
:host([left]) button+button{left:92px}
@keyframes in{from{opacity:0;transform:translateY(4px)}}
@media(max-width:600px),(max-height:480px){
button{right:16px;bottom:16px;bottom:calc(16px + env(safe-area-inset-bottom))}
:host([left]) button{left:16px}
:host([open]) button{display:none}
iframe,:host([left]) iframe{top:0;left:0;right:auto;bottom:auto;width:100%;max-width:none;height:100%;height:100dvh;max-height:none;border-radius:0;box-shadow:none}}
@media(prefers-color-scheme:dark){iframe{background:#121b1e;box-shadow:0 0 0 1px rgb(255 255 255/.07),0 18px 44px rgb(0 0 0/.6)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
@media(forced-colors:active){button{border:1px solid}}
@media print{:host{display:none!important}}`;

/** The query under which the frame covers the whole screen; the same as in the sheet. */
export const phone = '(max-width:600px),(max-height:480px)';

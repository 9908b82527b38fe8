#include "pages/style.h"

namespace salus::pages {

// System fonts and few colours: nothing is fetched. Contrast is at least 4.5 to 1 in both schemes
// (WCAG 2.1, 1.4.3), and what can be pressed is at least 44 pixels high.
std::string_view style() noexcept {
    return R"css(
:root{color-scheme:light dark;--ink:#16232e;--soft:#51616e;--line:#c9d3db;--page:#eef2f5;--card:#fff;
--brand:#0b5c6b;--on-brand:#fff;--bad:#a3201d;--bad-page:#fdeeed;--note:#e8f3f5}
@media (prefers-color-scheme:dark){:root{--ink:#e7eef3;--soft:#a5b4c0;--line:#3a4852;--page:#10181e;
--card:#1a242c;--brand:#62c4d4;--on-brand:#06262c;--bad:#ff9d97;--bad-page:#3a1b1a;--note:#14303a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:break-word;font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"DejaVu Sans",sans-serif}
main{max-width:30rem;margin:0 auto;padding:2.5rem 1rem 1.5rem}
.brand{display:flex;align-items:center;gap:.55rem;margin:0 0 1rem .25rem;color:var(--brand);font-weight:650;
letter-spacing:.02em}
.brand svg{width:1.6rem;height:1.6rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.75rem;
box-shadow:0 1px 2px rgba(10,30,45,.06),0 12px 32px rgba(10,30,45,.07)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.08rem;margin:1.75rem 0 .5rem}
p{margin:.5rem 0}.soft{color:var(--soft);font-size:.94rem}
label{display:block;font-weight:600;margin:1rem 0 .3rem}
input[type=text],input[type=password],input[type=date]{width:100%;min-height:46px;padding:.5rem .7rem;font:inherit;
color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:9px}
input.code{letter-spacing:.22em;font-variant-numeric:tabular-nums;font-size:1.25rem}
button,.button{display:inline-block;width:100%;min-height:46px;margin:1rem 0 0;padding:.55rem 1rem;font:inherit;font-weight:600;
text-align:center;text-decoration:none;cursor:pointer;border-radius:9px;border:1px solid var(--brand);background:var(--brand);
color:var(--on-brand)}
button.second,.button.second{background:transparent;color:var(--brand)}
button.small,.button.small{width:auto;min-height:44px;margin:0;padding:.5rem .9rem}
button:disabled{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
a{color:var(--brand)}
.problem{background:var(--bad-page);color:var(--bad);border-radius:9px;padding:.7rem .9rem;margin:1rem 0}
.note{background:var(--note);border-radius:9px;padding:.7rem .9rem;margin:1rem 0}
.grave{background:var(--bad-page);border:1px solid var(--bad);border-left-width:5px;border-radius:9px;
padding:.7rem .9rem;margin:1rem 0}
.whole{white-space:nowrap}
ul{margin:.5rem 0;padding-left:1.25rem}li{margin:.25rem 0}
.or{display:flex;align-items:center;gap:.8rem;margin:1.25rem 0 0;color:var(--soft);font-size:.94rem}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
form[hidden]+.or{display:none}
.after{margin-top:1.25rem}.allowed{margin:1rem 0 .25rem;font-weight:600}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
details{margin:1rem 0}
summary{cursor:pointer;color:var(--brand);min-height:44px;display:flex;align-items:center;gap:.5rem}
summary::before{content:"";border:.33em solid transparent;border-left:.5em solid;border-right:0}
details[open]>summary::before{transform:rotate(90deg)}
.rows{list-style:none;padding:0;margin:.5rem 0}
.rows>li{display:flex;flex-wrap:wrap;gap:.35rem 1rem;align-items:center;padding:.65rem 0;border-top:1px solid var(--line);margin:0}
.rows .what{flex:1 1 11rem;min-width:0;overflow-wrap:anywhere}
.rows small{display:block;color:var(--soft);font-size:.87rem}
.rows a.button.small,.rows form{flex:none}
.rows details{flex:1 1 100%;margin:0;font-size:.94rem}
.rows details.sure{flex:none;font-size:inherit}
.rows details.sure[open]{flex:1 1 100%}
.sure summary{display:inline-flex;justify-content:center;padding:.5rem .9rem;font-weight:600;border:1px solid var(--brand);border-radius:9px}
.sure summary::before{display:none}
.sure[open] summary{border-color:transparent;padding-left:0}
.sure button{border-color:var(--bad);background:var(--bad);color:var(--card)}
.many{columns:11rem;column-gap:1.75rem}.many li{break-inside:avoid}
.codes{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.3rem 1rem;list-style:none;padding:0}
.show{width:auto;min-height:44px;margin:.35rem 0 0;padding:.25rem 0;border:0;background:none;color:var(--brand);text-decoration:underline;
font-weight:400}
code,.codes li{font-family:ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.qr{display:block;margin:1rem auto;max-width:13rem;background:#fff;padding:10px;border-radius:9px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
@media (max-width:30rem){main{padding-top:1rem}.card{padding:1.25rem}.pair{grid-template-columns:1fr;gap:0}}
@media print{body,.card{background:#fff;color:#000}.card{border:0;box-shadow:none}button,.button,.after{display:none}}
@media (prefers-reduced-motion:no-preference){button{transition:filter .12s}button:hover{filter:brightness(1.08)}}
)css";
}

}  // namespace salus::pages

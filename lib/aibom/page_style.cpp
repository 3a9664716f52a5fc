// The style of the page: one column on a phone, light and dark, paper.
#include "aibom/page_parts.hpp"

namespace mpk::aibom {

namespace {

// Contrast is at least 4.5:1 for every text on every ground (WCAG 2.2, 1.4.3).
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ground:#fff;--raised:#f4f5f8;--text:#1a1d23;--quiet:#555c69;--line:#d5d9e0;
--accent:#1f4fbf;--verified:#0b6b3a;--declared:#8a4a00;--inferred:#5a3fa6;--bad:#b3231b}
@media(prefers-color-scheme:dark){:root{--ground:#14161b;--raised:#1e2129;--text:#e9ebf0;--quiet:#a7aebb;--line:#3a3f4b;
--accent:#9dbcff;--verified:#5ed597;--declared:#f2b661;--inferred:#bfabff;--bad:#ff9a92}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.25rem 1rem 3rem;background:var(--ground);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .3rem}
h2{font-size:1.2rem;margin:0 0 .7rem}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
section{margin:2.2rem 0 0;padding-top:1.3rem;border-top:1px solid var(--line)}
p{margin:.4rem 0;max-width:46rem}
a{color:var(--accent)}
code,.code{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
bdi,td,dd,code{unicode-bidi:isolate}
.kicker,.note,caption,footer,dt{color:var(--quiet)}
.kicker{margin:0;font-size:.85rem;letter-spacing:.04em}
.version{color:var(--quiet);font-weight:400}
.note,footer{font-size:.88rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-top:1rem;font-size:.92rem}
nav a{text-decoration:none;padding:.2rem 0}
nav a:hover{text-decoration:underline}
ul.chips{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;margin:.8rem 0 0;padding:0}
.chips li{background:var(--raised);border:1px solid var(--line);border-radius:.4rem;padding:.1rem .55rem;font-size:.9rem}
dl{display:grid;grid-template-columns:minmax(8rem,12rem) 1fr;gap:.35rem 1.2rem;margin:0}
dt,dd{margin:0}
dd .tier{margin-left:.35rem}
.tier{white-space:nowrap;font-size:.82rem}
.tier svg,.level svg{width:.8em;height:.8em;margin-right:.28em;vertical-align:-.05em}
.verified{color:var(--verified)}.declared{color:var(--declared)}.inferred{color:var(--inferred)}
.high{color:var(--bad)}.medium{color:var(--declared)}.low,.info{color:var(--quiet)}
.level{font-weight:600}
ul.findings{list-style:none;margin:0;padding:0}
.findings li{padding:.5rem 0;border-bottom:1px solid var(--line)}
.findings li:last-child{border:0}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92rem}
caption{text-align:left;font-size:.88rem;padding-bottom:.3rem}
th{text-align:left;font-weight:600;border-bottom:2px solid var(--line);padding:.35rem .8rem .35rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:.35rem .8rem .35rem 0;vertical-align:top;min-width:6.2rem}
th{white-space:nowrap}
details{margin:.6rem 0}
details caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
summary{cursor:pointer;color:var(--accent);padding:.25rem 0}
figure{margin:.4rem 0 0}
figure svg{display:block;width:100%;max-width:23rem;height:auto}
svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--text)}
svg .quiet{fill:var(--quiet)}
.box{fill:var(--raised);stroke:var(--line)}
.box.this{stroke:var(--accent);stroke-width:2}
.box.data{stroke-dasharray:4 3;stroke:var(--quiet)}
.edge{fill:none;stroke:var(--quiet);stroke-width:1.5}
.tip{fill:var(--quiet)}
.bar{fill:var(--accent)}.track{fill:var(--raised)}
.f-verified{fill:var(--verified)}.f-declared{fill:var(--declared)}.f-inferred{fill:var(--inferred)}
.server{border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem;margin:.8rem 0}
.server h3{margin:0 0 .3rem}
.shapes{position:absolute;width:0;height:0}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem}
@media(max-width:40rem){
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.55rem}
dt{font-size:.85rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td{display:block}
caption{display:block}
tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
th{white-space:normal}
td{border:0;padding:.05rem 0;min-width:0}
td:empty{display:none}
td::before{content:attr(data-label) ": ";color:var(--quiet);font-size:.85em}
}
@media print{
:root{color-scheme:light;--ground:#fff;--raised:#f4f5f8;--text:#000;--quiet:#444;--line:#bbb;--accent:#1f4fbf;
--verified:#0b6b3a;--declared:#8a4a00;--inferred:#5a3fa6;--bad:#b3231b}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}
details::details-content{content-visibility:visible;display:block;height:auto}
h2,h3{break-after:avoid}
figure,.server,tr{break-inside:avoid}
section{margin-top:1.2rem;padding-top:.8rem}
}
)";

}  // namespace

std::string_view page_style() { return kStyle; }

}  // namespace mpk::aibom

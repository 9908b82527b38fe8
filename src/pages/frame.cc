#include "pages/frame.h"

#include "crypto/hash.h"
#include "foundation/bytes.h"
#include "pages/html.h"
#include "pages/style.h"

namespace salus::pages {
namespace {

constexpr Literal kBrand =
    R"(<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="M12 1.5 3.5 5v6.2c0 5.3 3.6 9.6 8.5 11.3 4.9-1.7 8.5-6 8.5-11.3V5L12 1.5Zm1.6 14.9h-3.2v-3H7.5v-3.2h2.9v-3h3.2v3h2.9v3.2h-2.9v3Z"/></svg>Salus</p>)";

// The style sheet is the one thing inline, so it is named by its hash.
std::string const& style_source() {
    static std::string const source =
        "'sha256-" + to_base64(crypto::sha256(bytes_of(style()))) + "'";
    return source;
}

}  // namespace

void add_headers(http::Headers& headers, Powers const& powers) {
    std::string policy = "default-src 'none'; style-src " + style_source();
    if (powers.script) policy.append("; script-src 'self'; connect-src 'self'");
    policy.append("; img-src data:; form-action 'self'");
    if (!powers.form_targets.empty()) policy.append(" ").append(powers.form_targets);
    policy.append("; frame-ancestors 'none'; base-uri 'none'");
    headers.set("Content-Type", kMediaType);
    headers.set("Content-Security-Policy", policy);
    headers.set("X-Frame-Options", "DENY");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
}

std::string document(std::string_view title, std::string_view body) {
    Html html;
    html.raw(
        R"(<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">)");
    html.element("title", std::string(title) + " – Salus");
    auto out = std::move(html).take();
    out.append("<style>").append(style()).append("</style></head>\n<body><main>");
    out.append(kBrand.text()).append("\n<div class=\"card\">");
    out.append(body).append("</div></main></body></html>\n");
    return out;
}

std::string message_page(std::string_view title, std::string_view sentence, WayOn way_on) {
    Html html;
    html.element("h1", title).element("p", sentence);
    if (!way_on.url.empty()) {
        html.open("p", {{"class", "soft after"}});
        html.element("a", way_on.label, {{"href", way_on.url}}).close("p");
    }
    return document(title, html.view());
}

}  // namespace salus::pages

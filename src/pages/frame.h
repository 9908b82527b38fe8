// The frame of every page: document, style, and the headers that keep it one (OWASP ASVS 50, AZ8):
// no script but the named one, no frame around it, no referrer, no cache. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace salus::pages {

inline constexpr std::string_view kMediaType = "text/html; charset=utf-8";

// What a page may do beyond showing itself.
struct Powers {
    // Runs the script that the page names, of our own origin, which may ask our own origin.
    bool script = false;
    // Origins that the answer to a form of this page may redirect to, space-separated: Chromium
    // holds redirects to form-action, too. Empty: our own alone.
    std::string form_targets{};
};

// Content-Type, Content-Security-Policy and its like.
void add_headers(http::Headers& headers, Powers const& powers);
// A whole document. `body` is markup made with Html; `title` is escaped here.
[[nodiscard]] std::string document(std::string_view title, std::string_view body);
// One heading and one sentence, and where to go on from there.
struct WayOn {
    std::string_view url{};  // empty: nowhere
    std::string_view label{};
};
[[nodiscard]] std::string message_page(std::string_view title, std::string_view sentence,
                                       WayOn way_on = {});

}  // namespace salus::pages

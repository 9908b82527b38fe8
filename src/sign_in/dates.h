// Dates as people write them. Any thread; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "foundation/clock.h"
#include "pages/html.h"

namespace salus::sign_in {

// "17 May 1990" for 1990-05-17, "May 1990" for 1990-05; what is no date of FHIR stays as it is.
[[nodiscard]] std::string date_in_words(std::string_view date);
// <time> with "28 November 2026, 22:15 UTC"; passkey.js tells it in the reader's own time zone.
void instant(pages::Html& html, WallTime time);

}  // namespace salus::sign_in

// The view of events as CSV (RFC 4180): a header line, then a line for each event, every field in
// quotes, lines ended by CRLF. A field that a spreadsheet would take for a formula begins with an
// apostrophe. Pure functions, any thread.
#pragma once

#include <string>

#include "audit_views/event_view.h"

namespace salus::audit_views {

enum class Details { left_out, shown };  // columns of the opened detail

void append_csv_header(std::string& out, Details details);
void append_csv_line(std::string& out, EventView const& event, Details details);

}  // namespace salus::audit_views

// Text inside XML and HTML. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace salus::audit_views {

// Appends the text so that it stands for itself in content and in quoted attributes. Characters
// that XML 1.0 cannot hold (section 2.2) become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

}  // namespace salus::audit_views

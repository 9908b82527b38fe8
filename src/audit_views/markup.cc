#include "audit_views/markup.h"

namespace salus::audit_views {

void append_escaped(std::string& out, std::string_view text) {
    for (char const c : text) {
        switch (c) {
            case '&': out.append("&amp;"); break;
            case '<': out.append("&lt;"); break;
            case '>': out.append("&gt;"); break;
            case '"': out.append("&quot;"); break;
            case '\'': out.append("&#39;"); break;
            case '\t':
            case '\n':
            case '\r': out.append("&#").append(std::to_string(int{c})).append(";"); break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out.append("\xef\xbf\xbd");
                } else {
                    out.push_back(c);
                }
        }
    }
}

}  // namespace salus::audit_views

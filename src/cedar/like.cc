#include "cedar/like.h"

namespace salus::cedar {

// Each run at the first place where it is found: if a later one would do, this one does too.
bool is_like(std::string_view text, Pattern const& pattern) noexcept {
    auto anchored = true;  // the next run stands right here
    for (auto const& part : pattern.parts) {
        if (!part) {
            anchored = false;
            continue;
        }
        auto const last = &part == &pattern.parts.back();
        if (!anchored && last) return text.ends_with(*part);
        auto const at =
            anchored ? (text.starts_with(*part) ? 0 : std::string_view::npos) : text.find(*part);
        if (at == std::string_view::npos) return false;
        text.remove_prefix(at + part->size());
        anchored = true;
    }
    return !anchored || text.empty();
}

}  // namespace salus::cedar

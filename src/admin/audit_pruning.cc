#include "admin/audit_pruning.h"

#include <algorithm>
#include <charconv>

namespace salus::admin {

std::string to_text(PruneTarget const& target) {
    return std::to_string(target.segment) + "/" + std::to_string(target.first) + "/" +
           to_hex(target.root);
}

Result<PruneTarget> parse_prune_target(std::string_view text) {
    PruneTarget target;
    auto const slash = text.find('/');
    auto const second = text.find('/', slash + 1);
    if (slash != std::string_view::npos && second != std::string_view::npos) {
        std::from_chars(text.data(), text.data() + slash, target.segment);
        std::from_chars(text.data() + slash + 1, text.data() + second, target.first);
        auto const root = from_hex(text.substr(second + 1));
        if (root && root->size() == target.root.size())
            std::ranges::copy(*root, target.root.begin());
    }
    if (target.segment < 2 || to_text(target) != text)
        return fail(Errc::invalid, "what is pruned is named SEGMENT/FIRST/ROOT");
    return target;
}

}  // namespace salus::admin

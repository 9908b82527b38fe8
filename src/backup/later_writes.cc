#include "backup/later_writes.h"

namespace salus::backup {

void LaterWrites::add(audit::LeafView const& leaf) {
    // Most leaves are of reads, and need not be parsed.
    if (!failure_ || !leaf.json.contains(R"("ph":")")) return;
    auto const document = parser_.index(std::string(leaf.json));
    auto const what = document ? document->root().member("what") : std::nullopt;
    if (!what) {
        failure_ = fail(Errc::corrupt, "a leaf of the audit log cannot be read");
        return;
    }
    auto const intent = document->root().member("in");
    auto const index = intent ? intent->integer() : std::nullopt;
    if (!index) {
        auto named = audit::named_versions(*what);
        if (!named) failure_ = std::unexpected(named.error());
        if (named) intents_.emplace(leaf.index, *std::move(named));
        return;
    }
    auto const open = intents_.find(static_cast<std::uint64_t>(*index));
    if (open == intents_.end()) return;
    if (leaf.index >= begin_ && what->text_member("out") == "ok") failure_ = look_for(open->second);
    intents_.erase(open);
}

Result<void> LaterWrites::look_for(std::vector<audit::NamedVersion> const& versions) {
    for (auto const& version : versions) {
        SALUS_TRY(auto const stored, reader_.get_version(version.address, version.version));
        if (!stored) ++lost_;
    }
    return {};
}

Result<std::uint64_t> LaterWrites::lost() const {
    if (!failure_) return std::unexpected(failure_.error());
    return lost_;
}

}  // namespace salus::backup

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
    if (!index) return remember(leaf.index, *what);
    auto const open = intents_.find(static_cast<std::uint64_t>(*index));
    if (open == intents_.end()) return;
    if (leaf.index >= begin_ && what->text_member("out") == "ok") failure_ = look_for(open->second);
    intents_.erase(open);
}

void LaterWrites::remember(std::uint64_t index, json::Value what) {
    auto& versions = intents_[index];
    auto const resources = what.member("res");
    if (!resources || !resources->is_array()) return;
    for (auto const resource : resources->elements()) {
        if (!resource.is_array()) continue;
        std::vector<json::Value> parts;
        for (auto const part : resource.elements()) parts.push_back(part);
        bool const whole = parts.size() == 4 && parts[1].is_string();
        auto const address = whole ? from_hex(parts[1].text()) : std::nullopt;
        auto const number = whole ? parts[2].integer() : std::nullopt;
        if (!address || address->size() != 16 || !number) continue;
        versions.push_back({Address::from(*address), static_cast<std::uint64_t>(*number)});
    }
}

Result<void> LaterWrites::look_for(std::vector<Version> const& versions) {
    for (auto const& version : versions) {
        SALUS_TRY(auto const stored, reader_.get_version(version.address, version.number));
        if (!stored) ++lost_;
    }
    return {};
}

Result<std::uint64_t> LaterWrites::lost() const {
    if (!failure_) return std::unexpected(failure_.error());
    return lost_;
}

}  // namespace salus::backup

#include "cedar/entities.h"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>

namespace salus::cedar {

std::size_t EntityTable::Hash::operator()(EntityUid const& uid) const noexcept {
    constexpr std::size_t kOdd = 0x9e3779b97f4a7c15U;  // the golden ratio, as hashes mix with it
    std::hash<std::string> const hash;
    return hash(uid.type) * kOdd + hash(uid.id);
}

EntityTable::EntityTable(std::vector<Entity> entities) {
    nodes_.reserve(entities.size());
    for (auto& entity : entities) {
        auto uid = entity.uid;
        nodes_.insert_or_assign(std::move(uid), Node{std::move(entity), {}});
    }
    for (auto& [uid, node] : nodes_) {
        std::unordered_set<EntityUid, Hash> seen;
        std::vector<Entity const*> waiting{&node.entity};
        while (!waiting.empty()) {
            auto const* const next = waiting.back();
            waiting.pop_back();
            for (auto const& parent : next->parents) {
                if (!seen.insert(parent).second) continue;
                auto const there = nodes_.find(parent);
                if (there != nodes_.end()) waiting.push_back(&there->second.entity);
            }
        }
        node.ancestors.assign(seen.begin(), seen.end());
        std::ranges::sort(node.ancestors);
    }
}

Entity const* EntityTable::find(EntityUid const& uid) const noexcept {
    auto const found = nodes_.find(uid);
    return found != nodes_.end() ? &found->second.entity : nullptr;
}

bool EntityTable::is_in(EntityUid const& uid, EntityUid const& ancestor) const {
    if (uid == ancestor) return true;
    auto const found = nodes_.find(uid);
    return found != nodes_.end() && std::ranges::binary_search(found->second.ancestors, ancestor);
}

void EntityTable::visit_ancestors(EntityUid const& uid, EntityVisitor& visitor) const {
    auto const found = nodes_.find(uid);
    if (found == nodes_.end()) return;
    for (auto const& ancestor : found->second.ancestors) visitor.visit(ancestor.type, ancestor.id);
}

}  // namespace salus::cedar

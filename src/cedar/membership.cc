#include "cedar/membership.h"

#include <algorithm>

namespace salus::cedar {

std::size_t Symbols::Hash::operator()(Name const& name) const noexcept {
    std::hash<std::string_view> const hash;
    // Ids of two types are seldom equal.
    return hash(name.second) + name.first.size();
}

Symbol Symbols::add(EntityUid const& uid) {
    return entities_.try_emplace(uid, static_cast<Symbol>(entities_.size())).first->second;
}

Symbol Symbols::add_type(std::string const& type) {
    return types_.try_emplace(type, static_cast<Symbol>(types_.size())).first->second;
}

Symbol Symbols::find(std::string_view type, std::string_view id) const noexcept {
    auto const found = entities_.find(Name(type, id));
    return found != entities_.end() ? found->second : kNoSymbol;
}

Symbol Symbols::find_type(std::string_view type) const noexcept {
    auto const found = types_.find(type);
    return found != types_.end() ? found->second : kNoSymbol;
}

Membership::Membership(Symbols const& symbols, Entities const& entities, EntityUid const& uid)
    : symbols_(symbols), uid_(uid), self_(symbols.find(uid.type, uid.id)) {
    add(self_);
    entities.visit_ancestors(uid, *this);
}

void Membership::visit(std::string_view type, std::string_view id) {
    add(symbols_.find(type, id));
}

void Membership::add(Symbol symbol) {
    if (symbol == kNoSymbol) return;
    if (more_.empty() && count_ < few_.size()) {
        few_.at(count_++) = symbol;
        return;
    }
    if (more_.empty()) more_.assign(few_.begin(), few_.end());
    more_.push_back(symbol);
}

bool Membership::any_of(std::span<Symbol const> group) const noexcept {
    return std::ranges::any_of(
        all(), [group](Symbol symbol) { return std::ranges::binary_search(group, symbol); });
}

}  // namespace salus::cedar

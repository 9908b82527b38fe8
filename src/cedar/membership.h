// What an entity is and what it is in, as far as policies name it: asked once for a request, and
// not once for each place that names it. Private to the room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cedar/entities.h"

namespace salus::cedar {

using Symbol = std::uint32_t;
inline constexpr Symbol kNoSymbol = std::numeric_limits<Symbol>::max();

// Entities and types that policies name, by numbers. Immutable once made; any thread.
class Symbols {
public:
    [[nodiscard]] Symbol add(EntityUid const& uid);
    [[nodiscard]] Symbol add_type(std::string const& type);
    // kNoSymbol: no policy names it.
    [[nodiscard]] Symbol find(std::string_view type, std::string_view id) const noexcept;
    [[nodiscard]] Symbol find_type(std::string_view type) const noexcept;

private:
    using Name = std::pair<std::string_view, std::string_view>;  // type, id
    struct Hash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(Name const& name) const noexcept;
        [[nodiscard]] std::size_t operator()(EntityUid const& uid) const noexcept {
            return (*this)(Name(uid.type, uid.id));
        }
    };
    struct Equal {
        using is_transparent = void;
        [[nodiscard]] bool operator()(EntityUid const& one, EntityUid const& other) const noexcept {
            return one == other;
        }
        [[nodiscard]] bool operator()(Name const& one, EntityUid const& other) const noexcept {
            return one.second == other.id && one.first == other.type;
        }
    };
    std::unordered_map<EntityUid, Symbol, Hash, Equal> entities_;
    std::map<std::string, Symbol, std::less<>> types_;
};

// Of one entity.
class Membership : private EntityVisitor {
public:
    // Borrows the symbols and the name.
    Membership(Symbols const& symbols, Entities const& entities, EntityUid const& uid);

    [[nodiscard]] Symbol self() const noexcept { return self_; }
    // kNoSymbol: policies name no such type.
    [[nodiscard]] Symbol type() noexcept {
        if (!type_) type_ = symbols_.find_type(uid_.type);
        return *type_;
    }
    // Itself and its ancestors, in no order; one may be there twice.
    [[nodiscard]] std::span<Symbol const> all() const noexcept {
        return more_.empty() ? std::span(few_).first(count_) : std::span(more_);
    }
    // Whether any of `group` is among them. REQUIRES: ascending.
    [[nodiscard]] bool any_of(std::span<Symbol const> group) const noexcept;

private:
    void visit(std::string_view type, std::string_view id) override;
    void add(Symbol symbol);

    Symbols const& symbols_;
    EntityUid const& uid_;
    Symbol self_;
    std::optional<Symbol> type_;
    std::size_t count_ = 0;
    std::array<Symbol, 12> few_{};
    std::vector<Symbol> more_;  // all of them, where they are not few
};

}  // namespace salus::cedar

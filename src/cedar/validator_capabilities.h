// Capabilities: which attributes and tags an expression is known to have where the validator
// stands, because a condition to the left of it asked (`context has x && context.x`). Private to
// the room; one validation, one thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/expression.h"

namespace salus::cedar {

// One fact: this expression has this attribute, or this tag.
using Capability = std::uint32_t;
// Sorted, each once; in force if the expression that they come from is true.
using CapabilitySet = std::vector<Capability>;

[[nodiscard]] CapabilitySet united(CapabilitySet const& one, CapabilitySet const& other);
[[nodiscard]] CapabilitySet shared(CapabilitySet const& one, CapabilitySet const& other);

class Capabilities {
public:
    // Facts about equal expressions are the same fact, wherever the expressions stand.
    [[nodiscard]] Capability attribute(Expression const& expression, std::string_view name);
    [[nodiscard]] Capability tag(Expression const& expression, Expression const& name);

    [[nodiscard]] bool holds(Capability fact) const { return held_[fact] > 0; }
    // May be nested; each call is taken back by one of release() with the same facts.
    void hold(std::span<Capability const> facts);
    void release(std::span<Capability const> facts);

private:
    [[nodiscard]] Capability fact(std::string key);
    std::map<std::string, Capability, std::less<>> facts_;
    std::vector<std::uint32_t> held_;  // how often
};

}  // namespace salus::cedar

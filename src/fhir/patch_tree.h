// The document that a JSON Patch works on: a tree that is opened only along the paths that are
// walked; everything else stays a span of the text it came from. Private to the room.
// One tree, one thread. REQUIRES: the texts that its values look into outlive it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fhir/json_patch.h"

namespace salus::fhir {

class PatchNode {
public:
    struct Object {
        std::vector<std::string> names;
        std::vector<PatchNode> values;  // one for each name
    };
    using Array = std::vector<PatchNode>;

    explicit PatchNode(json::Value value) : content_(value) {}

    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool is_array() const;
    // REQUIRES: an object; an array. Opens one level.
    [[nodiscard]] Object& object();
    [[nodiscard]] Array& array();
    // Members or elements, opened or not; 0 for scalars.
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] bool is_emptied_list() const;
    void append_to(std::string& out, EmptiedLists emptied) const;
    // Bytes of text, nearly; adds the steps it took to `work`.
    [[nodiscard]] std::size_t size(std::size_t& work) const;
    // Objects and lists inside each other, itself included; 0 for scalars.
    [[nodiscard]] std::size_t depth() const;
    // RFC 6902 section 4.6: numbers by value, objects without order.
    [[nodiscard]] bool equals(json::Value other, std::size_t& work) const;

private:
    std::variant<json::Value, Object, Array> content_;
};

class PatchTree {
public:
    explicit PatchTree(json::Value root) : root_(root), size_(root.raw().size()) {}

    [[nodiscard]] Result<void> add(std::span<std::string const> path, PatchNode value);
    [[nodiscard]] Result<void> replace(std::span<std::string const> path, PatchNode value);
    [[nodiscard]] Result<void> test(std::span<std::string const> path, json::Value value);
    // Removes and gives.
    [[nodiscard]] Result<PatchNode> take(std::span<std::string const> path);
    [[nodiscard]] Result<PatchNode> copy(std::span<std::string const> path);
    // An object or a list without anything in it.
    [[nodiscard]] Result<bool> is_empty(std::span<std::string const> path);
    [[nodiscard]] std::string text(EmptiedLists emptied) const;

private:
    [[nodiscard]] Result<PatchNode*> find(std::span<std::string const> path);
    [[nodiscard]] Result<PatchNode*> child(PatchNode& node, std::string const& token);
    [[nodiscard]] Result<void> grew(std::size_t depth, PatchNode const& by);
    void shrank(PatchNode const& by);
    [[nodiscard]] Result<void> spend(std::size_t steps);

    PatchNode root_;
    std::size_t size_;  // of the text, nearly
    std::size_t work_ = 0;
};

}  // namespace salus::fhir

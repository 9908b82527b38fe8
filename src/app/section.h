// Inside the room: one table of salus.toml. Thread safety: one thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace salus::app {

// Reads one table, remembers the first complaint, and complains about keys nobody asked for.
class Section {
public:
    Section(toml::table const* table, std::string name, std::string& why)
        : table_(table), name_(std::move(name)), why_(why) {
        if (table_ == nullptr) complain("", "the section is missing");
    }

    std::string text(std::string_view key) {
        auto const value = take(key).value<std::string>();
        if (!value) complain(key, "must be a text");
        return value.value_or("");
    }
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
        auto const value = take(key).value_exact<std::int64_t>();
        if (!value || *value < least || *value > most) {
            complain(key, "must be a whole number from " + std::to_string(least) + " to " +
                              std::to_string(most));
        }
        return value.value_or(least);
    }
    // Sorted; what has an order, below.
    std::vector<std::string> texts(std::string_view key) {
        auto values = texts_in_order(key);
        std::ranges::sort(values);
        return values;
    }
    std::vector<std::string> texts_in_order(std::string_view key) {
        std::vector<std::string> values;
        auto const* array = take(key).as_array();
        if (array == nullptr) complain(key, "must be a list of texts");
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            auto const value = array->get(i)->value_exact<std::string>();
            if (!value) complain(key, "must be a list of texts");
            values.push_back(value.value_or(""));
        }
        return values;
    }
    bool boolean(std::string_view key) {
        auto const value = take(key).value_exact<bool>();
        if (!value) complain(key, "must be true or false");
        return value.value_or(false);
    }
    toml::table const* section(std::string_view key) { return take(key).as_table(); }
    // Of a list of tables ("[[name.key]]"), in order.
    std::vector<toml::table const*> sections(std::string_view key) {
        std::vector<toml::table const*> tables;
        auto const* array = take(key).as_array();
        if (array == nullptr) complain(key, "must be a list of tables");
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            auto const* table = array->get(i)->as_table();
            if (table == nullptr) complain(key, "must be a list of tables");
            if (table != nullptr) tables.push_back(table);
        }
        return tables;
    }
    [[nodiscard]] bool has(std::string_view key) const {
        return table_ != nullptr && table_->contains(key);
    }
    void finish() {
        if (table_ == nullptr) return;
        for (auto const& [key, value] : *table_) {
            if (std::ranges::find(known_, key.str()) == known_.end()) {
                complain(key.str(), "is not a key of Salus");
            }
        }
    }
    void complain(std::string_view key, std::string const& what) {
        if (!why_.empty()) return;
        why_ = name_;
        if (!key.empty()) why_.append(name_.empty() ? "" : ".").append(key);
        why_.append(": ").append(what);
    }

private:
    toml::node_view<toml::node const> take(std::string_view key) {
        known_.emplace_back(key);
        if (table_ == nullptr) return {};
        return (*table_)[key];
    }

    toml::table const* table_;
    std::string name_;
    std::string& why_;
    std::vector<std::string> known_;
};

}  // namespace salus::app

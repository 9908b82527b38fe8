// For tests of search: entries, tables and queries. Included by tests only.
#pragma once

#include <algorithm>
#include <map>
#include <memory>

#include "fhir/entry_table_writer.h"
#include "fhir/material_for_test.h"
#include "fhir/no_links.h"
#include "fhir/search_order.h"

namespace salus::fhir::testing {

using salus::testing::EphiTestAccess;
using Parameters = std::vector<SearchQuery::Parameter>;
inline WallTime const kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

inline Bytes entry_of(std::string text, WallTime updated = kNow,
                      LoadedParameters const* loaded = nullptr) {
    auto const resource = resource_of(std::move(text));
    auto entry = make_index_entry(resource.view(), updated, loaded);
    EXPECT_TRUE(entry) << describe(entry.error());
    return std::move(*entry).take(EphiTestAccess::access());
}

inline Result<SearchQuery> query(std::string_view type, Parameters const& parameters,
                                 Handling handling = Handling::strict,
                                 LoadedParametersPointer loaded = nullptr) {
    auto const* found = find_type(type);
    EXPECT_NE(found, nullptr) << type;
    return SearchQuery::parse(*found, parameters, kNow, handling, std::move(loaded));
}

// REQUIRES: in order of id.
inline Bytes bytes_of_table(Type const& type, std::vector<EntryView> const& views,
                            LoadedParameters const* loaded = nullptr) {
    EntryTableWriter writer(type, loaded);
    for (auto const& view : views) EXPECT_TRUE(writer.add(view).has_value());
    auto bytes = std::move(writer).finish();
    EXPECT_TRUE(bytes.has_value());
    return *std::move(bytes);
}

// A table with the bytes that it looks into.
struct OwnedTable {
    OwnedTable(Type const& type, Bytes made, LoadedParameters const* loaded = nullptr)
        : bytes(std::move(made)), table(EntryTable::open(type, bytes, loaded).value()) {}
    Bytes bytes;
    EntryTable table;
};

// Entries of several types, as a compartment holds them. Borrows the entries.
class Tables : public SearchLinks {
public:
    explicit Tables(std::vector<Bytes> const& entries, LoadedParametersPointer loaded = nullptr)
        : loaded_(std::move(loaded)) {
        std::map<std::string, std::vector<EntryView>> views;
        for (auto const& entry : entries) {
            auto const view = EntryView::decode(entry);
            EXPECT_TRUE(view.has_value());
            views[std::string(view->type())].push_back(*view);
        }
        for (auto& [name, list] : views) {
            std::ranges::sort(list, {}, &EntryView::id);
            auto const& type = *find_resource_type(name);
            tables_[name] = std::make_unique<OwnedTable>(
                type, bytes_of_table(type, list, loaded_.get()), loaded_.get());
        }
    }
    Result<std::span<EntryTable const>> beside(Type const& type) override {
        auto const* found = table(type.name.text());
        return found == nullptr ? std::span<EntryTable const>() : std::span(found, 1);
    }
    Result<std::span<EntryTable const>> shared(Type const& type,
                                               std::span<std::string_view const>) override {
        return elsewhere == nullptr ? std::span<EntryTable const>() : elsewhere->beside(type);
    }
    [[nodiscard]] EntryTable const* table(std::string_view type) const {
        auto const found = tables_.find(std::string(type));
        return found == tables_.end() ? nullptr : &found->second->table;
    }
    [[nodiscard]] std::vector<SearchMatch> all(std::string_view type) const {
        std::vector<SearchMatch> matches;
        auto const* found = table(type);
        for (EntryTable::Row row = 0; found != nullptr && row < found->size(); ++row)
            matches.push_back({found, row});
        return matches;
    }
    // The ids that a query finds, in order, with a blank between.
    [[nodiscard]] std::string found(std::string_view type, Parameters const& parameters) {
        auto const parsed = query(type, parameters, Handling::strict, loaded_);
        EXPECT_TRUE(parsed) << parameters[0].first << " " << describe(parsed.error());
        if (!parsed) return "refused";
        auto const* searched = table(type);
        std::vector<EntryTable::Row> rows;
        for (EntryTable::Row row = 0; searched != nullptr && row < searched->size(); ++row)
            rows.push_back(row);
        if (searched != nullptr) EXPECT_TRUE(parsed->retain(*searched, rows, *this).has_value());
        std::string ids;
        for (auto const row : rows)
            ids += (ids.empty() ? "" : " ") + std::string(searched->id(row));
        return ids;
    }

    Tables* elsewhere = nullptr;  // shared resources

private:
    LoadedParametersPointer loaded_;
    std::map<std::string, std::unique_ptr<OwnedTable>> tables_;
};

inline bool matches(Bytes const& entry, std::string_view type, Parameters const& parameters) {
    std::vector<Bytes> const entries{entry};
    Tables tables(entries);
    auto const parsed = query(type, parameters);
    EXPECT_TRUE(parsed) << parameters[0].first << "=" << parameters[0].second << " "
                        << describe(parsed.error());
    auto const* table = tables.table(type);
    if (!parsed || table == nullptr) return false;
    std::vector<EntryTable::Row> rows{0};
    EXPECT_TRUE(parsed->retain(*table, rows, tables).has_value());
    return rows.size() == 1;
}

}  // namespace salus::fhir::testing

#include "records/index_page.h"

#include <algorithm>
#include <span>

#include "fhir/entry_table_writer.h"
#include "fhir/packed_numbers.h"

namespace salus::records {
namespace {

// Of the page, and of the entries whose values stand in it. DO NOT CHANGE: on disk.
constexpr std::uint8_t kPageVersion = 2;
constexpr std::size_t kAddressBytes = sizeof(Address::Array);
constexpr Literal kDamaged = "a page of the index is damaged";

bool before(PageRow const& a, PageRow const& b) {
    auto const by_type = a.type().compare(b.type());
    return by_type != 0 ? by_type < 0 : a.id() < b.id();
}

Result<void> append_table(Bytes& out, std::span<PageRow const> rows,
                          fhir::LoadedParameters const* loaded) {
    auto const name = rows.front().type();
    auto const* type = fhir::find_resource_type(name);
    if (type == nullptr) return fail(Errc::corrupt, "index entry of an unknown type");
    fhir::EntryTableWriter writer(*type, loaded);
    for (auto const& row : rows) {
        if (auto const* entry = std::get_if<fhir::EntryView>(&row.entry)) {
            SALUS_TRY_VOID(writer.add(*entry));
        } else {
            auto const& place = std::get<PageRow::OfTable>(row.entry);
            writer.add(*place.table, place.row);
        }
    }
    SALUS_TRY(auto table, std::move(writer).finish());
    out.push_back(static_cast<std::uint8_t>(name.size()));
    append(out, bytes_of(name));
    append_u32(out, static_cast<std::uint32_t>(rows.size()));
    append_u32(out, static_cast<std::uint32_t>(table.size()));
    append(out, table);
    scrub(table);
    for (auto const& row : rows) append(out, row.address.bytes());
    std::vector<std::uint64_t> versions;
    versions.reserve(rows.size());
    for (auto const& row : rows) versions.push_back(row.version);
    fhir::append_packed(out, versions);
    return {};
}

}  // namespace

std::string_view PageRow::type() const noexcept {
    if (auto const* view = std::get_if<fhir::EntryView>(&entry)) return view->type();
    return std::get<OfTable>(entry).table->type().name.text();
}

std::string_view PageRow::id() const noexcept {
    if (auto const* view = std::get_if<fhir::EntryView>(&entry)) return view->id();
    auto const& place = std::get<OfTable>(entry);
    return place.table->id(place.row);
}

Result<Bytes> make_page(std::vector<PageRow> rows, fhir::LoadedParameters const* loaded) {
    std::ranges::sort(rows, before);
    std::vector<Bytes> tables;
    for (auto rest = std::span<PageRow const>(rows); !rest.empty();) {
        auto const end = std::ranges::find_if(
            rest, [&](PageRow const& row) { return row.type() != rest.front().type(); });
        auto const count = static_cast<std::size_t>(end - rest.begin());
        SALUS_TRY_VOID(append_table(tables.emplace_back(), rest.first(count), loaded));
        rest = rest.subspan(count);
    }
    Bytes page{kPageVersion, fhir::kIndexEntryVersion};
    std::size_t size = 4;
    for (auto const& table : tables) size += table.size();
    page.reserve(size);
    append_u16(page, static_cast<std::uint16_t>(tables.size()));
    for (auto& table : tables) {
        append(page, table);
        scrub(table);
    }
    return page;
}

Address PagePlaces::address(fhir::EntryTable::Row row) const {
    return Address::from(addresses.subspan(kAddressBytes * row, kAddressBytes));
}

std::uint64_t PagePlaces::version(fhir::EntryTable::Row row) const {
    return fhir::packed_at(versions, row);
}

Result<std::vector<PageTable>> open_page(BytesView page, fhir::LoadedParameters const* loaded) {
    constexpr std::size_t kHead = 4;
    if (page.size() < kHead || page[0] != kPageVersion || page[1] != fhir::kIndexEntryVersion)
        return fail(Errc::corrupt, kDamaged);
    auto const count = read_u16(page.subspan(2));
    auto rest = page.subspan(kHead);
    bool whole = true;
    auto const take = [&](std::uint64_t size) {
        whole = whole && size <= rest.size();
        auto const part = whole ? rest.first(static_cast<std::size_t>(size)) : BytesView();
        if (whole) rest = rest.subspan(static_cast<std::size_t>(size));
        return part;
    };
    auto const number = [&](std::size_t size) {
        std::uint32_t value = 0;
        for (auto const byte : take(size)) value = value << 8U | byte;
        return value;
    };
    std::vector<PageTable> tables;
    for (std::uint16_t i = 0; i < count; ++i) {
        auto const* type = fhir::find_resource_type(text_of(take(number(1))));
        auto const rows = number(4);
        auto const bytes = take(number(4));
        auto const addresses = take(std::uint64_t{kAddressBytes} * rows);
        auto const packed = fhir::packed_size(rest, rows);
        auto const versions = take(packed ? *packed : std::uint64_t{rest.size()} + 1);
        if (!whole || type == nullptr) return fail(Errc::corrupt, kDamaged);
        SALUS_TRY(auto table, fhir::EntryTable::open(*type, bytes, loaded));
        if (table.size() != rows) return fail(Errc::corrupt, kDamaged);
        tables.push_back({std::move(table), {addresses, versions}});
    }
    if (!whole || !rest.empty()) return fail(Errc::corrupt, kDamaged);
    return tables;
}

}  // namespace salus::records

// Reads over a read-only connection. Each call has its own read transaction, so it sees one
// consistent state and everything that was committed before, and holds nothing afterwards; in a
// view all calls have one together.
#pragma once

#include <filesystem>

#include "sqlite/database.h"
#include "store/store.h"

namespace salus::store::embedded {

class EmbeddedReader final : public Reader {
public:
    static Result<std::unique_ptr<Reader>> open(std::filesystem::path const& path);

    Result<std::optional<Current>> current(Address const& address) override;
    Result<std::optional<StoredVersion>> get(Address const& address) override;
    Result<std::optional<StoredVersion>> get_version(Address const& address,
                                                     std::uint64_t version) override;
    Result<std::vector<StoredVersion>> history(Address const& address, std::uint64_t before,
                                               std::size_t count) override;
    Result<std::vector<std::optional<StoredVersion>>> get_all(
        std::span<Address const> addresses) override;
    Result<IndexScan> scan(CompartmentId const& compartment) override;
    Result<std::optional<IndexScan>> scan_beside(CompartmentId const& compartment,
                                                 std::uint64_t page_sequence) override;
    void reuse(IndexPage page) noexcept override;
    Result<std::vector<Committed>> committed(std::uint64_t before, std::size_t count) override;
    Result<std::optional<IndexEntry>> index_entry(CompartmentId const& compartment,
                                                  Address const& address) override;
    Result<std::uint64_t> compartment_sequence(CompartmentId const& compartment) override;
    Result<std::vector<Address>> find(BlindToken const& token, std::size_t count) override;
    Result<SealedRecords> sealed_under(CompartmentId const& compartment, std::uint32_t key_version,
                                       std::optional<RecordPlace> const& after,
                                       std::size_t count) override;
    Result<std::vector<RecordPlace>> tokens_below(std::uint32_t token_version,
                                                  std::size_t count) override;
    Result<void> begin_view() override;
    void end_view() noexcept override;

private:
    struct Statements {
        sqlite::Statement current;
        sqlite::Statement versions_below;
        sqlite::Statement version;
        sqlite::Statement committed;
        sqlite::Statement paged;
        sqlite::Statement page;
        sqlite::Statement changes;
        sqlite::Statement scan;
        sqlite::Statement index_entry;
        sqlite::Statement sequence;
        sqlite::Statement find;
        sqlite::Statement begin;
        sqlite::Statement end;
    };
    // Of a compartment: its sequence, and that of its page, 0 if it has none.
    struct Standing {
        std::uint64_t sequence = 0;
        std::uint64_t paged = 0;
    };
    [[nodiscard]] Result<Standing> standing(CompartmentId const& compartment);
    [[nodiscard]] Result<std::optional<ReadView>> view_of_call();
    [[nodiscard]] Result<std::vector<Address>> members(CompartmentId const& compartment,
                                                       Address const& from, std::size_t count);
    // Adds what of one document, behind a version, is sealed under earlier keys.
    [[nodiscard]] Result<void> read_sealed_under(SealedRecords& found,
                                                 CompartmentId const& compartment,
                                                 std::uint32_t key_version,
                                                 RecordPlace const& after, std::size_t count);
    [[nodiscard]] Result<void> read_page(IndexScan& scan, CompartmentId const& compartment,
                                         std::uint64_t sequence);
    [[nodiscard]] Result<void> read_changes(IndexScan& scan, CompartmentId const& compartment);
    [[nodiscard]] Result<void> read_entries(IndexScan& scan, CompartmentId const& compartment);
    static Result<Statements> prepare(sqlite::Database& database);
    EmbeddedReader(sqlite::Database database, Statements statements)
        : database_(std::move(database)), statements_(std::move(statements)) {}

    sqlite::Database database_;
    Statements statements_;
    // Of a page that was read before, or nothing. Half a megabyte that is taken anew is zeroed when
    // it is taken and scrubbed when it is given back.
    Bytes page_memory_;
};

}  // namespace salus::store::embedded

// Every bound in the system, with its unit, and the relations between bounds (invariant 9).
// A room that needs a new bound puts it here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace salus::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// HTTP messages.
inline constexpr std::size_t kRequestLineBytes = 8 * kKiB;
inline constexpr std::size_t kHeaderBytes = 32 * kKiB;  // all header fields of one request
inline constexpr std::size_t kHeaderCount = 100;
inline constexpr std::size_t kBodyBytes = 64 * kMiB;  // a Synthea bundle reaches tens of MB
inline constexpr std::size_t kBodyBytesInFlight = 512 * kMiB;  // all connections together
inline constexpr std::size_t kResponseBytes = 64 * kMiB;
inline constexpr std::size_t kChunkLineBytes = 256;            // size and extensions of one chunk
inline constexpr std::size_t kChunkExtensionBytes = 4 * kKiB;  // all chunks of one body
inline constexpr std::size_t kOutputBytes = 64 * kKiB;         // encoded ahead for one connection

// Connections.
inline constexpr std::size_t kConnections = 10'000;
inline constexpr std::uint32_t kHttp2Streams = 100;
inline constexpr std::uint32_t kHttp2WindowBytes = 256 * kKiB;  // one request body, unacknowledged
inline constexpr std::size_t kHttp2ControlFrames = 200;  // SETTINGS, PING and the like in a second
inline constexpr std::size_t kHttp2ResetBurst = 200;     // RST_STREAM: bucket, and refill a second
inline constexpr std::size_t kHttp2ResetRate = 20;
inline constexpr auto kHandshakeTime = 10s;
inline constexpr auto kHeaderTime = 10s;       // first byte to end of headers
inline constexpr auto kBodyIdleTime = 15s;     // between two pieces of a body
inline constexpr auto kBodyTime = 120s;        // a whole body
inline constexpr auto kKeepAliveTime = 75s;    // idle between requests
inline constexpr auto kWriteStallTime = 20s;   // a client that does not read
inline constexpr auto kLingerTime = 2s;        // for a peer to read the last answer
inline constexpr auto kSweepInterval = 250ms;  // how exact these times are
inline constexpr auto kShutdownTime = 10s;     // graceful shutdown

// JSON documents.
inline constexpr int kJsonDepth = 64;
inline constexpr std::size_t kJsonNodes = 4'000'000;

// FHIR.
inline constexpr std::size_t kResourceBytes = 16 * kMiB;
inline constexpr std::size_t kValidationIssues = 50;    // told about one resource
inline constexpr std::size_t kDemandedProfiles = 16;    // of one $validate
inline constexpr std::size_t kPackageBytes = 8 * kMiB;  // a package file
inline constexpr std::size_t kPackageUnpackedBytes = 256 * kMiB;
inline constexpr std::size_t kPackageFiles = 20'000;
inline constexpr std::size_t kPackages = 32;             // of one tenant
inline constexpr std::size_t kDefinitions = 20'000;      // resources of all packages together
inline constexpr std::size_t kDefinitionWarnings = 100;  // told about all packages
inline constexpr std::size_t kDefinitionDepth = 32;      // bases, value sets, elements in others
inline constexpr std::size_t kBundleEntries = 10'000;
inline constexpr std::size_t kPageSize = 50;
inline constexpr std::size_t kPageSizeLargest = 1'000;
inline constexpr std::size_t kSearchParameters = 32;
inline constexpr std::size_t kSearchValues = 64;  // comma-separated alternatives of one parameter
inline constexpr std::size_t kCrossPatientMatches = 100;
inline constexpr std::size_t kPatientsOfResource = 1'000;  // compartments that one resource names
inline constexpr std::size_t kRecordsAbout = 100;      // looked at to find whose a Provenance is
inline constexpr std::size_t kIndexTextBytes = 1'024;  // of one indexed value
inline constexpr std::size_t kIndexEntryBytes = 256 * kKiB;
// A page of the index is made again when more entries than this stand beside it, and more than one
// for so many in it: making it costs as much as it has entries.
inline constexpr std::size_t kEntriesBesidePage = 256;
inline constexpr std::size_t kPageEntriesForOneBeside = 16;
inline constexpr std::size_t kIndexPageBytes = 64 * kMiB;  // beyond, there is none
inline constexpr auto kIndexCacheTime = 300s;              // absolute, as of the data keys
inline constexpr std::size_t kSortKeys = 8;
inline constexpr std::size_t kDecimalBytes = 128;         // of one number as it is written
inline constexpr std::size_t kChainDepth = 4;             // references that one parameter follows
inline constexpr std::size_t kChainTargets = 16;          // types that one of them may lead to
inline constexpr std::size_t kSearchComponents = 3;       // of a composite parameter
inline constexpr std::size_t kIncludes = 16;              // _include and _revinclude of one search
inline constexpr std::size_t kIncludeRounds = 4;          // of :iterate
inline constexpr std::size_t kIncludedEntries = 1'000;    // on one page
inline constexpr std::size_t kSharedLookUps = 1'000;      // shared resources that a chain looks at
inline constexpr std::size_t kSharedSearched = 50'000;    // entries of the shared compartment
inline constexpr std::size_t kCursorBytes = 4 * kKiB;     // before sealing
inline constexpr std::size_t kPatchOperations = 1'000;    // of one PATCH
inline constexpr std::size_t kPatchPointerBytes = 2'048;  // one path of a JSON Patch
inline constexpr std::size_t kPatchWork = 10'000'000;     // steps of one PATCH, tens of ns each
inline constexpr std::size_t kConditionMatches = 2;       // looked for: none, one or several
inline constexpr std::size_t kConditionalReferences = 100;  // different ones in a transaction
inline constexpr std::size_t kHistoryScan = 5'000;          // versions looked at for one page
inline constexpr auto kCommitDelay = 600s;  // from a version's time to its commit, at most
inline constexpr std::size_t kPopulationVersions =
    200'000;  // looked at by a search of all patients
inline constexpr std::size_t kSupportingResources =
    1'000;                                         // that a page of $everything brings along
inline constexpr auto kConditionGuardTime = 600s;  // longer than any request takes

// FHIRPath: one expression, and one evaluation of it.
inline constexpr std::size_t kFhirPathTextBytes = 32 * kKiB;
inline constexpr std::size_t kFhirPathNodes = 4'096;
inline constexpr std::size_t kFhirPathDepth = 128;
inline constexpr std::size_t kFhirPathPatternBytes = 4 * kKiB;  // of one regular expression
inline constexpr std::size_t kFhirPathPatternMemory = 1 * kMiB;
inline constexpr std::uint64_t kFhirPathSteps = 20'000'000;  // about a second
inline constexpr std::size_t kFhirPathItems = 500'000;       // at one time
inline constexpr std::size_t kFhirPathBytes = 16 * kMiB;     // of text that it makes

// Tokens (RFC 7519) and client assertions (RFC 7523).
inline constexpr std::size_t kTokenBytes = 8 * kKiB;
inline constexpr std::size_t kKeySetBytes = 64 * kKiB;  // a JWK Set
inline constexpr std::size_t kKeySetKeys = 100;
inline constexpr auto kAccessTokenLife = 300s;
inline constexpr auto kAssertionLifeLongest = 300s;
inline constexpr auto kClockSkew = 10s;
inline constexpr std::size_t kTokenCacheEntries = 100'000;
inline constexpr std::size_t kReplayGuardEntries = 1'000'000;

// Audit log.
inline constexpr std::size_t kAuditLeafBytes =
    65'535;  // C2SP tlog-tiles: an entry's length is a u16
inline constexpr std::size_t kAuditSegmentBytes = 64 * kMiB;
inline constexpr std::size_t kAuditQueueEntries = 100'000;
inline constexpr std::size_t kAuditDetailBytes = 256 * kKiB;  // one sealed detail
inline constexpr std::size_t kAuditBatchBytes = 4 * kMiB;     // one group commit
inline constexpr std::size_t kAuditOpenIntents = 10'000;      // writes begun and not concluded
inline constexpr std::size_t kAuditSegments = 100'000;        // files of one log: 6.4 TB

// Keys.
inline constexpr std::size_t kDataKeyCacheEntries = 100'000;
inline constexpr auto kDataKeyCacheTime = 300s;           // absolute, never sliding
inline constexpr auto kShardKeyCacheTime = 900s;          // absolute
inline constexpr std::size_t kKeyPreparation = 10'000;    // new data keys in one call
inline constexpr std::size_t kKeyEncryptionKeys = 4'096;  // of one sealed file: tenants and epochs
inline constexpr std::size_t kKeyVersionsLive = 8;        // of one compartment, shard or purpose
inline constexpr std::size_t kRewrappedAtOnce = 256;  // keys, in one transaction of the key store
inline constexpr std::size_t kResealedAtOnce = 64;    // records, in one batch of the store
inline constexpr std::size_t kCompartmentsInRotation = 2'048;  // with two data keys at once
// Between the last look for records under an old key and its destruction: whoever read such a
// record before has opened it by then.
inline constexpr auto kReadersOfOldKeys = 5s;
// A compartment with a record that cannot be opened, until it is tried again.
inline constexpr auto kRotationSetAside = 3600s;
inline constexpr auto kCursorLife = 86'400s;  // of paging cursors, once their key is superseded
inline constexpr std::size_t kSealedFileBytes = 1 * kMiB;
inline constexpr std::size_t kSecretBytes = 64 * kKiB;  // a passphrase or a PEM file
inline constexpr std::size_t kScryptMemory = 256 * kMiB;

// Store.
inline constexpr std::size_t kCommitBatch = 512;             // requests that share one transaction
inline constexpr std::size_t kCommitBatchBytes = 16 * kMiB;  // of documents in one transaction
inline constexpr std::size_t kStoreQueue = 10'000;
inline constexpr std::size_t kWritesOfBatch = 20'000;  // versions that one commit writes
inline constexpr std::size_t kTokensOfDocument = 1'000;
inline constexpr std::size_t kRemovalSlice = 500;        // documents that one transaction removes
inline constexpr std::size_t kWalBytesIdle = 16 * kMiB;  // copied back when nothing is queued
inline constexpr std::size_t kWalBytes = 64 * kMiB;      // copied back whatever is queued

static_assert(kResourceBytes <= kBodyBytes);
static_assert(kWritesOfBatch >= kBundleEntries);
static_assert(kWalBytesIdle < kWalBytes);
static_assert(kPageSize <= kPageSizeLargest);
static_assert(kAuditLeafBytes + kAuditDetailBytes < kAuditBatchBytes);
static_assert(kAuditBatchBytes < kAuditSegmentBytes);
static_assert(kAccessTokenLife <= 1h);
static_assert(kRequestLineBytes <= kHeaderBytes);

}  // namespace salus::limits

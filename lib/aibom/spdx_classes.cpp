// The tables: names, cardinality and vocabularies as the model of 3.0.1 has them.
#include "aibom/spdx_classes.hpp"

#include <algorithm>
#include <array>

namespace mpk::aibom::spdx {
namespace {

constexpr std::string_view kHashes =
    "adler32 blake2b256 blake2b384 blake2b512 blake3 crystalsDilithium crystalsKyber falcon md2 "
    "md4 "
    "md5 md6 other sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512";
constexpr std::string_view kPurposes =
    "application archive bom configuration container data device deviceDriver diskImage "
    "documentation evidence executable file filesystemImage firmware framework install library "
    "manifest model module operatingSystem other patch platform requirement source specification "
    "test";
constexpr std::string_view kRelationships =
    "ancestorOf contains dependsOn descendantOf hasConcludedLicense hasDeclaredLicense "
    "hasDocumentation hasHost hasInput hasOutput hasSpecification hasVariant testedOn trainedOn "
    "usesTool";
constexpr std::string_view kReferences =
    "altDownloadLocation altWebPage buildMeta buildSystem certificationReport chat "
    "componentAnalysisReport documentation dynamicAnalysisReport issueTracker license mailingList "
    "metrics other releaseNotes riskAssessment runtimeAnalysisReport securityAdversaryModel "
    "securityAdvisory securityOther securityPenTestReport securityPolicy securityThreatModel "
    "socialMedia sourceArtifact staticAnalysisReport support vcs vulnerabilityDisclosureReport "
    "vulnerabilityExploitabilityAssessment";
constexpr std::string_view kPresence = "no noAssertion yes";

constexpr auto kCreationInfo = std::to_array<Member>({
    {"created", Range::date_time, false, true},
    {"createdBy", Range::link, true, true, "Agent"},
    {"createdUsing", Range::link, true, false, "Tool"},
    {"specVersion", Range::version, false, true},
});
constexpr auto kElement = std::to_array<Member>({
    {"comment", Range::string},
    {"creationInfo", Range::creation_info, false, true},
    {"description", Range::string},
    {"extension", Range::object, true, false, "extension_CdxPropertiesExtension"},
    {"externalIdentifier", Range::object, true, false, "ExternalIdentifier"},
    {"externalRef", Range::object, true, false, "ExternalRef"},
    {"name", Range::string},
    {"summary", Range::string},
    {"verifiedUsing", Range::object, true, false, "Hash"},
});
constexpr auto kCollection = std::to_array<Member>({
    {"element", Range::link, true, false, "Element"},
    {"profileConformance", Range::word, true, false,
     "ai build core dataset expandedLicensing simpleLicensing software"},
    {"rootElement", Range::link, true, false, "Element"},
});
constexpr auto kDocument = std::to_array<Member>({
    {"dataLicense", Range::link, false, false, "simplelicensing_AnyLicenseInfo"},
});
constexpr auto kSbom = std::to_array<Member>({
    {"software_sbomType", Range::word, true, false,
     "analyzed build deployed design runtime source"},
});
constexpr auto kRelationship = std::to_array<Member>({
    {"completeness", Range::word, false, false, "complete incomplete noAssertion"},
    {"from", Range::link, false, true, "Element"},
    {"relationshipType", Range::word, false, true, kRelationships},
    {"to", Range::link, true, true, "Element"},
});
constexpr auto kAnnotation = std::to_array<Member>({
    {"annotationType", Range::word, false, true, "other review"},
    {"contentType", Range::media_type},
    {"statement", Range::string},
    {"subject", Range::link, false, true, "Element"},
});
constexpr auto kArtifact = std::to_array<Member>({
    {"originatedBy", Range::link, true, false, "Agent"},
    {"releaseTime", Range::date_time},
    {"suppliedBy", Range::link, false, false, "Agent"},
    {"software_contentIdentifier", Range::object, true, false, "software_ContentIdentifier"},
    {"software_copyrightText", Range::string},
    {"software_primaryPurpose", Range::word, false, false, kPurposes},
});
constexpr auto kFile = std::to_array<Member>({
    {"contentType", Range::media_type},
    {"software_fileKind", Range::word, false, false, "directory file"},
});
constexpr auto kPackage = std::to_array<Member>({
    {"software_downloadLocation", Range::uri},
    {"software_homePage", Range::uri},
    {"software_packageUrl", Range::uri},
    {"software_packageVersion", Range::string},
});
constexpr auto kModel = std::to_array<Member>({
    {"ai_autonomyType", Range::word, false, false, kPresence},
    {"ai_domain", Range::string, true},
    {"ai_energyConsumption", Range::object, false, false, "ai_EnergyConsumption"},
    {"ai_hyperparameter", Range::object, true, false, "DictionaryEntry"},
    {"ai_informationAboutApplication", Range::string},
    {"ai_informationAboutTraining", Range::string},
    {"ai_limitation", Range::string},
    {"ai_metric", Range::object, true, false, "DictionaryEntry"},
    {"ai_metricDecisionThreshold", Range::object, true, false, "DictionaryEntry"},
    {"ai_modelDataPreprocessing", Range::string, true},
    {"ai_modelExplainability", Range::string, true},
    {"ai_safetyRiskAssessment", Range::word, false, false, "high low medium serious"},
    {"ai_standardCompliance", Range::string, true},
    {"ai_typeOfModel", Range::string, true},
    {"ai_useSensitivePersonalInformation", Range::word, false, false, kPresence},
});
constexpr auto kDataset = std::to_array<Member>({
    {"dataset_confidentialityLevel", Range::word, false, false, "amber clear green red"},
    {"dataset_datasetType", Range::word, true, true, "noAssertion"},
    {"dataset_hasSensitivePersonalInformation", Range::word, false, false, kPresence},
});
constexpr auto kBuild = std::to_array<Member>({
    {"build_buildEndTime", Range::date_time},
    {"build_buildId", Range::string},
    {"build_buildStartTime", Range::date_time},
    {"build_buildType", Range::uri, false, true},
    {"build_configSourceDigest", Range::object, true, false, "Hash"},
    {"build_configSourceUri", Range::uri, true},
    {"build_parameter", Range::object, true, false, "DictionaryEntry"},
});
constexpr auto kExpression = std::to_array<Member>({
    {"simplelicensing_customIdToUri", Range::object, true, false, "DictionaryEntry"},
    {"simplelicensing_licenseExpression", Range::string, false, true},
});
constexpr auto kCustomLicense = std::to_array<Member>({
    {"expandedlicensing_seeAlso", Range::uri, true},
    {"simplelicensing_licenseText", Range::string, false, true},
});
constexpr auto kHash = std::to_array<Member>({
    {"algorithm", Range::word, false, true, kHashes},
    {"comment", Range::string},
    {"hashValue", Range::string, false, true},
});
constexpr auto kContentIdentifier = std::to_array<Member>({
    {"software_contentIdentifierType", Range::word, false, true, "gitoid swhid"},
    {"software_contentIdentifierValue", Range::uri, false, true},
});
constexpr auto kExternalIdentifier = std::to_array<Member>({
    {"comment", Range::string},
    {"externalIdentifierType", Range::word, false, true,
     "cpe22 cpe23 email gitoid other packageUrl swhid swid"},
    {"identifier", Range::string, false, true},
});
constexpr auto kExternalRef = std::to_array<Member>({
    {"comment", Range::string},
    {"externalRefType", Range::word, false, false, kReferences},
    {"locator", Range::string, true},
});
constexpr auto kDictionaryEntry = std::to_array<Member>({
    {"key", Range::string, false, true},
    {"value", Range::string},
});
constexpr auto kProperties = std::to_array<Member>({
    {"extension_cdxProperty", Range::object, true, true, "extension_CdxPropertyEntry"},
});
constexpr auto kPropertyEntry = std::to_array<Member>({
    {"extension_cdxPropName", Range::string, false, true},
    {"extension_cdxPropValue", Range::string},
});
constexpr auto kEnergy = std::to_array<Member>({
    {"ai_finetuningEnergyConsumption", Range::object, true, false,
     "ai_EnergyConsumptionDescription"},
    {"ai_inferenceEnergyConsumption", Range::object, true, false,
     "ai_EnergyConsumptionDescription"},
    {"ai_trainingEnergyConsumption", Range::object, true, false, "ai_EnergyConsumptionDescription"},
});
constexpr auto kEnergyAmount = std::to_array<Member>({
    {"ai_energyQuantity", Range::decimal, false, true},
    {"ai_energyUnit", Range::word, false, true, "kilowattHour megajoule other"},
});

constexpr auto kClasses = std::to_array<Class>({
    {"CreationInfo", "", false, kCreationInfo},
    {"Element", "", true, kElement},
    {"Agent", "Element", true, {}},
    {"Organization", "Agent", false, {}},
    {"Person", "Agent", false, {}},
    {"SoftwareAgent", "Agent", false, {}},
    {"Tool", "Element", false, {}},
    {"ElementCollection", "Element", true, kCollection},
    {"SpdxDocument", "ElementCollection", false, kDocument},
    {"software_Sbom", "ElementCollection", false, kSbom},
    {"Relationship", "Element", false, kRelationship},
    {"Annotation", "Element", false, kAnnotation},
    {"software_SoftwareArtifact", "Element", true, kArtifact},
    {"software_File", "software_SoftwareArtifact", false, kFile},
    {"software_Package", "software_SoftwareArtifact", false, kPackage},
    {"ai_AIPackage", "software_Package", false, kModel},
    {"dataset_DatasetPackage", "software_Package", false, kDataset},
    {"build_Build", "Element", false, kBuild},
    {"simplelicensing_AnyLicenseInfo", "Element", true, {}},
    {"simplelicensing_LicenseExpression", "simplelicensing_AnyLicenseInfo", false, kExpression},
    {"expandedlicensing_CustomLicense", "simplelicensing_AnyLicenseInfo", false, kCustomLicense},
    {"Hash", "", false, kHash},
    {"software_ContentIdentifier", "", false, kContentIdentifier},
    {"ExternalIdentifier", "", false, kExternalIdentifier},
    {"ExternalRef", "", false, kExternalRef},
    {"DictionaryEntry", "", false, kDictionaryEntry},
    {"extension_CdxPropertiesExtension", "", false, kProperties},
    {"extension_CdxPropertyEntry", "", false, kPropertyEntry},
    {"ai_EnergyConsumption", "", false, kEnergy},
    {"ai_EnergyConsumptionDescription", "", false, kEnergyAmount},
});

}  // namespace

const Class* find_class(std::string_view name) {
  const auto* found = std::ranges::find(kClasses, name, &Class::name);
  return found == kClasses.end() ? nullptr : found;
}

bool is_a(std::string_view name, std::string_view ancestor) {
  for (const auto* at = find_class(name); at != nullptr; at = find_class(at->parent)) {
    if (at->name == ancestor) return true;
  }
  return false;
}

const Member* find_member(const Class& of, std::string_view name) {
  for (const auto* at = &of; at != nullptr; at = find_class(at->parent)) {
    for (const auto& each : at->members) {
      if (each.name == name) return &each;
    }
  }
  return nullptr;
}

}  // namespace mpk::aibom::spdx
